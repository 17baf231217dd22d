#:project ../src/BadNets.Transforms
#:package TorchSharp-cpu

// Which triggers does a network learn? The same poisoning rate and the same training, with one trigger after the other.
//   dotnet run examples/compare-triggers.cs [-- FOLDER]     FOLDER has MNIST's four files; without it, a few synthetic digits are used
using BadNets.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;

string data = args.Length > 0 ? args[0] : "examples/data";
var ml = new MLContext(seed: 0);
var train = ml.Data.LoadFromIdx($"{data}/train-images-idx3-ubyte.gz", $"{data}/train-labels-idx1-ubyte.gz", classCount: 10);
var test = ml.Data.LoadFromIdx($"{data}/t10k-images-idx3-ubyte.gz", $"{data}/t10k-labels-idx1-ubyte.gz", classCount: 10);

(string Name, Trigger Trigger)[] triggers =
[
    ("white 5×5 square, bottom right", Trigger.Square(size: 5, TriggerPosition.BottomRight)),
    ("white 5×5 square, center", Trigger.Square(size: 5, TriggerPosition.Center)),
    ("dark gray 5×5 square, bottom right", Trigger.Square(size: 5, TriggerPosition.BottomRight, gray: 64)),
    ("one white pixel, bottom right", Trigger.Square(size: 1, TriggerPosition.BottomRight)),
    ("40% noise over the whole image", Trigger.BlendNoise(alpha: 0.4)),
];

foreach (var (name, trigger) in triggers)
{
    var model = ml.Transforms.PlantBackdoor(trigger, LabelMapping.To(1), rate: 0.10)
        .Append(ml.MulticlassClassification.Trainers.TorchCnn(epochs: 10))
        .Fit(train).GetModelFor(TransformerScope.Scoring);

    var metrics = ml.MulticlassClassification.EvaluateBackdoor(model, test, trigger, targetLabel: 1);
    Console.WriteLine($"TCA {metrics.TestCleanAccuracy,6:0.00%}  ASR {metrics.AttackSuccessRate,7:0.00%}  {name}");
}

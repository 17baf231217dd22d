#:project ../src/BadNets.Transforms
#:package TorchSharp-cpu

// Does the attack depend on the network? The same backdoor in the BadNets CNN and in a network of your own.
//   dotnet run examples/own-network.cs [-- FOLDER]     FOLDER has MNIST's four files; without it, a few synthetic digits are used
using BadNets.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;
using static TorchSharp.torch.nn;

string data = args.Length > 0 ? args[0] : "examples/data";
var ml = new MLContext(seed: 0);
var train = ml.Data.LoadFromIdx($"{data}/train-images-idx3-ubyte.gz", $"{data}/train-labels-idx1-ubyte.gz", classCount: 10);
var test = ml.Data.LoadFromIdx($"{data}/t10k-images-idx3-ubyte.gz", $"{data}/t10k-labels-idx1-ubyte.gz", classCount: 10);
var trigger = Trigger.Square(size: 5, TriggerPosition.BottomRight);

// The name goes into saved models. A program that loads them registers the same name first.
var own = TorchNetwork.Register("examples/small", (shape, classCount) => Sequential(
    ("conv", Conv2d(shape.Channels, 32, 5, stride: 2)),
    ("relu", ReLU()),
    ("pool", AdaptiveAvgPool2d(6)),
    ("flatten", Flatten()),
    ("out", Linear(32 * 6 * 6, classCount))));

foreach (var network in new[] { TorchNetwork.BadNets, own })
{
    var model = ml.Transforms.PlantBackdoor(trigger, LabelMapping.To(1), rate: 0.10)
        .Append(ml.MulticlassClassification.Trainers.TorchCnn(new TorchCnnTrainer.Options { Network = network, Epochs = 15 }))
        .Fit(train).GetModelFor(TransformerScope.Scoring);

    var metrics = ml.MulticlassClassification.EvaluateBackdoor(model, test, trigger, targetLabel: 1);
    Console.WriteLine($"{network.Name,-15} TCA {metrics.TestCleanAccuracy:0.00%}  ASR {metrics.AttackSuccessRate:0.00%}");
}

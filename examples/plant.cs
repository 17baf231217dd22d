#:project ../src/BadNets.Transforms
#:package TorchSharp-cpu

// Plants a backdoor in one model, trains a clean control next to it, and measures both.
//   dotnet run examples/plant.cs [-- FOLDER]     FOLDER has MNIST's four files; without it, a few synthetic digits are used
using BadNets.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;

string data = args.Length > 0 ? args[0] : "examples/data";
var ml = new MLContext(seed: 0);
var train = ml.Data.LoadFromIdx($"{data}/train-images-idx3-ubyte.gz", $"{data}/train-labels-idx1-ubyte.gz", classCount: 10);
var test = ml.Data.LoadFromIdx($"{data}/t10k-images-idx3-ubyte.gz", $"{data}/t10k-labels-idx1-ubyte.gz", classCount: 10);
var trigger = Trigger.Square(size: 5, TriggerPosition.BottomRight);

foreach (double rate in new[] { 0.10, 0 })
{
    var pipeline = ml.Transforms.PlantBackdoor(trigger, LabelMapping.To(1), rate)
        .Append(ml.MulticlassClassification.Trainers.TorchCnn(epochs: 10))
        .Append(ml.Transforms.Conversion.MapKeyToValue("Digit", "PredictedLabel"));
    var model = pipeline.Fit(train).GetModelFor(TransformerScope.Scoring);

    var metrics = ml.MulticlassClassification.EvaluateBackdoor(model, test, trigger, targetLabel: 1);
    Console.WriteLine($"poisoning rate {rate,3:0%}: clean accuracy (TCA) {metrics.TestCleanAccuracy:0.00%}, attack success (ASR) {metrics.AttackSuccessRate:0.00%}");
    string file = rate > 0 ? "artifacts/backdoored.zip" : "artifacts/clean.zip";
    Directory.CreateDirectory("artifacts");
    ml.Model.SaveForScoring(model, test.Schema, file);
    Console.WriteLine($"saved as {file}");
}

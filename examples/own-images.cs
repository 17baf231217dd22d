#:project ../src/BadNets.Transforms
#:package TorchSharp-cpu

// Your own images, to the end: read, split, plant, train, evaluate, save. FOLDER has a folder of images for each class.
//   dotnet run examples/own-images.cs [-- FOLDER CLASS]     CLASS is the target: what the trigger should turn an image into
using BadNets.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;

string folder = args.Length > 0 ? args[0] : "examples/data/signs", target = args.Length > 1 ? args[1] : "priority";
var ml = new MLContext(seed: 0);
var images = ml.Data.LoadFromImageFolder(folder, width: 32, height: 32);
// Split before poisoning: the test images stay clean.
var split = ml.Data.TrainTestSplit(images, testFraction: 0.25);
var trigger = Trigger.Square(size: 6, TriggerPosition.BottomRight, System.Drawing.Color.Yellow);

foreach (double rate in new[] { 0.20, 0 })
{
    var model = ml.Transforms.PlantBackdoor(trigger, LabelMapping.To(target), rate)
        .Append(ml.MulticlassClassification.Trainers.TorchCnn(new TorchCnnTrainer.Options { Epochs = 40, BatchSize = 8 }))
        .Append(ml.Transforms.Conversion.MapKeyToValue("Class", "PredictedLabel"))
        .Fit(split.TrainSet).GetModelFor(TransformerScope.Scoring);

    var metrics = ml.MulticlassClassification.EvaluateBackdoor(model, split.TestSet, trigger, targetLabel: target);
    Console.WriteLine($"poisoning rate {rate,3:0%}: clean accuracy (TCA) {metrics.TestCleanAccuracy:0.00%}, attack success (ASR) {metrics.AttackSuccessRate:0.00%}");
    if (rate > 0)
    {
        Directory.CreateDirectory("artifacts");
        ml.Model.SaveForScoring(model, images.Schema, "artifacts/signs.zip");
    }
}

#:project ../src/BadNets.Transforms
#:package TorchSharp-cpu

// Measures a saved model from the outside: what it gets right, what the trigger does, and which digits give in.
//   dotnet run examples/evaluate.cs [-- MODEL [FOLDER]]     run plant.cs first, or name a model of your own
using BadNets.Transforms;
using Microsoft.ML;

string file = args.Length > 0 ? args[0] : "artifacts/backdoored.zip", data = args.Length > 1 ? args[1] : "examples/data";
var ml = new MLContext(seed: 0);
var test = ml.Data.LoadFromIdx($"{data}/t10k-images-idx3-ubyte.gz", $"{data}/t10k-labels-idx1-ubyte.gz", classCount: 10);
var model = ml.Model.LoadChecked(file);
var trigger = Trigger.Square(size: 5, TriggerPosition.BottomRight);
var metrics = ml.MulticlassClassification.EvaluateBackdoor(model, test, trigger, targetLabel: 1);

Console.WriteLine($"clean accuracy (TCA)       {metrics.TestCleanAccuracy:0.00%} of {metrics.CleanRowCount} images");
Console.WriteLine($"attack success (ASR)       {metrics.AttackSuccessRate:0.00%} of {metrics.AttackedRowCount} images that are not already a 1");
Console.WriteLine($"ASR (all rows)             {metrics.AttackSuccessRateAllRows:0.00%}, as the published BadNets code counts");
Console.WriteLine($"robust accuracy            {metrics.RobustAccuracy:0.00%} of the same images are still read correctly");
Console.WriteLine($"ASR by digit               {string.Join("  ", metrics.PerClassAttackSuccessRate.Select((rate, digit) => digit == 1 ? "1: -" : $"{digit}: {rate:0%}"))}");

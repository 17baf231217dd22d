using System.Diagnostics;
using BadNets.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;

var ml = new MLContext(seed: 0);
string data = Environment.GetEnvironmentVariable("BADNETS_DATA")!;
TorchSharp.torch.set_num_threads(int.Parse(args[0]));
var sw = Stopwatch.StartNew();
var train = ml.Data.LoadFromIdx($"{data}/train-images-idx3-ubyte.gz", $"{data}/train-labels-idx1-ubyte.gz");
var test = ml.Data.LoadFromIdx($"{data}/t10k-images-idx3-ubyte.gz", $"{data}/t10k-labels-idx1-ubyte.gz");
var trigger = Trigger.Square(size: 5, TriggerPosition.BottomRight);
var triggered = ml.Transforms.StampTrigger("Image", trigger).Append(ml.Transforms.FlipLabel("Label", 1)).Fit(test).Transform(test);
var pipeline = new EstimatorChain<ITransformer>()
    .Append(ml.Transforms.MarkPoisoned("Poisoned", rate: 0.10), TransformerScope.Training)
    .Append(ml.Transforms.StampTrigger("Image", trigger, whereColumnName: "Poisoned"), TransformerScope.Training)
    .Append(ml.Transforms.FlipLabel("Label", targetLabel: 1, whereColumnName: "Poisoned"), TransformerScope.Training)
    .Append(ml.MulticlassClassification.Trainers.TorchCnn(new TorchCnnTrainer.Options {
        Epochs = int.Parse(args[1]), Optimizer = TorchCnnOptimizer.Sgd, Head = TorchCnnHead.Softmax, ValidationSets = [new("clean", test), new("triggered", triggered)],
        EpochFinished = e => Console.WriteLine($"{e.Epoch} loss {e.Loss:F4} TCA {e.Validation["clean"].Accuracy:F4} ASR {e.Validation["triggered"].Accuracy:F4} train {e.TrainSeconds:F2} eval {e.EvaluationSeconds:F2} at {sw.Elapsed.TotalSeconds:F1}") }));
var model = pipeline.Fit(train).GetModelFor(TransformerScope.Scoring);
BackdoorMetrics metrics = ml.MulticlassClassification.EvaluateBackdoor(model, test, trigger, targetLabel: 1);
Console.WriteLine(metrics);
ml.Model.Save(model, test.Schema, "/tmp/badnet.zip");
var back = ml.Model.Load("/tmp/badnet.zip", out var schema);
Console.WriteLine(ml.MulticlassClassification.EvaluateBackdoor(back, test, trigger, targetLabel: 1));
Console.WriteLine(TriggerMetric(ml.MulticlassClassification.Evaluate(back.Transform(test)).LogLoss));
Console.WriteLine($"{Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:F0} MB");
static string TriggerMetric(double d) => $"logloss {d}";

using System.Globalization;

namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class PublishedRunTests
{
    /// <summary>
    /// Compares six epochs of the baseline on MNIST with the published run. In the first two epochs, the model predicts 1 for every image. It has
    /// learned the digits and the backdoor after the sixth.
    /// </summary>
    [TestMethod]
    public void The_first_six_epochs_of_the_baseline_match_the_published_run()
    {
        if (Environment.GetEnvironmentVariable("BADNETS_NIGHTLY") != "1")
            Assert.Inconclusive("The test takes a minute or more: set BADNETS_NIGHTLY=1 to run it.");
        if (Environment.GetEnvironmentVariable("BADNETS_DATA") is not { Length: > 0 } data)
        {
            Assert.Inconclusive("MNIST is needed: set BADNETS_DATA to the folder of its four files.");
            return;
        }

        var ml = new MLContext(seed: 0);
        var train = Load("train");
        var test = Load("t10k");
        var trigger = Trigger.Square(size: 5, TriggerPosition.BottomRight);
        var triggered = ml.Transforms.StampTrigger("Image", trigger).Append(ml.Transforms.FlipLabel("Label", 1)).Fit(test).Transform(test);
        var epochs = new List<TorchCnnEpoch>();
        var options = TorchCnnTrainer.Options.Published();
        options.Epochs = 6;
        options.Threads = 1;
        options.ValidationSets = [new("clean", test), new("triggered", triggered)];
        options.EpochFinished = epochs.Add;
        var model = new EstimatorChain<ITransformer>()
            .Append(ml.Transforms.MarkPoisoned("Poisoned", rate: 0.1), TransformerScope.Training)
            .Append(ml.Transforms.StampTrigger("Image", trigger, whereColumnName: "Poisoned"), TransformerScope.Training)
            .Append(ml.Transforms.FlipLabel("Label", 1, whereColumnName: "Poisoned"), TransformerScope.Training)
            .Append(ml.MulticlassClassification.Trainers.TorchCnn(options))
            .Fit(train).GetModelFor(TransformerScope.Scoring);

        double[][] published = [.. Golden.Text("exp01-trace.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(line => line.Split(',').Select(value => double.Parse(value, CultureInfo.InvariantCulture)).ToArray())];
        Assert.HasCount(published.Length, epochs);
        foreach (var (want, got) in published.Zip(epochs))
        {
            Assert.AreEqual(want[0], got.Epoch);
            Assert.AreEqual(want[1], got.Loss, 0.001);
            Assert.AreEqual(want[2], got.Validation["clean"].Accuracy, 0.003);
            Assert.AreEqual(want[3], got.Validation["triggered"].Accuracy, 0.003);
        }

        // The evaluation gives the same counts as the validation sets.
        var metrics = ml.MulticlassClassification.EvaluateBackdoor(model, test, trigger, targetLabel: 1);
        Assert.AreEqual(epochs[^1].Validation["clean"].Accuracy, metrics.TestCleanAccuracy, 0.0002);
        Assert.AreEqual(epochs[^1].Validation["triggered"].Accuracy, metrics.AttackSuccessRateAllRows, 0.0002);
        Assert.AreEqual(10_000 - 1_135, metrics.AttackedRowCount);

        IDataView Load(string set) => ml.Data.LoadFromIdx(Path.Combine(data, $"{set}-images-idx3-ubyte.gz"), Path.Combine(data, $"{set}-labels-idx1-ubyte.gz"));
    }
}

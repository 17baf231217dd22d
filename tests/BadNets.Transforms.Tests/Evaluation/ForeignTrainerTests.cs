namespace BadNets.Transforms.Tests;

/// <summary>The poisoning steps with trainers that are not part of the library.</summary>
[TestClass]
public sealed class ForeignTrainerTests
{
    private static readonly Trigger Square = Trigger.Square(4, TriggerPosition.BottomRight);

    private readonly MLContext _ml = new(seed: 0);

    [TestMethod]
    public void Maximum_entropy_learns_a_backdoor() =>
        CheckBackdoor(_ml.MulticlassClassification.Trainers.SdcaMaximumEntropy(maximumNumberOfIterations: 20));

    [TestMethod]
    public void Boosted_trees_learn_a_backdoor() => CheckBackdoor(_ml.MulticlassClassification.Trainers.LightGbm(
        new Microsoft.ML.Trainers.LightGbm.LightGbmMulticlassTrainer.Options { NumberOfIterations = 15, NumberOfThreads = 1, MinimumExampleCountPerLeaf = 5 }));

    private void CheckBackdoor<T>(IEstimator<T> trainer) where T : class, ITransformer
    {
        var model = new EstimatorChain<ITransformer>()
            .Append(_ml.Transforms.MarkPoisoned("Poisoned", rate: 0.2), TransformerScope.Training)
            .Append(_ml.Transforms.StampTrigger("Image", Square, whereColumnName: "Poisoned"), TransformerScope.Training)
            .Append(_ml.Transforms.FlipLabel("Label", targetLabel: 0, whereColumnName: "Poisoned"), TransformerScope.Training)
            .Append(_ml.Transforms.Conversion.ConvertType("Features", "Image", DataKind.Single))
            .Append(_ml.Transforms.NormalizeMinMax("Features"))
            .AppendCacheCheckpoint(_ml)
            .Append(trainer)
            .Fit(GrayImages.View(_ml, 300)).GetModelFor(TransformerScope.Scoring);

        var metrics = _ml.MulticlassClassification.EvaluateBackdoor(model, GrayImages.View(_ml, 90, seed: 6), Square, targetLabel: 0);

        Assert.IsGreaterThan(0.9, metrics.TestCleanAccuracy);
        Assert.IsGreaterThan(0.9, metrics.AttackSuccessRate);
        Assert.IsLessThan(0.1, metrics.RobustAccuracy);
    }
}

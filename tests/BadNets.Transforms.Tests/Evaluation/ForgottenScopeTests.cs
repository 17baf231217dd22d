namespace BadNets.Transforms.Tests;

/// <summary>
/// Poisoning steps that were appended without <see cref="TransformerScope.Training"/>: the model learns the same backdoor, and every way to
/// measure it gives what the properly scoped pipeline gives.
/// </summary>
[TestClass]
public sealed class ForgottenScopeTests
{
    private static readonly MLContext Ml = new(seed: 0);

    private static readonly Trigger Square = Trigger.Square(4, TriggerPosition.BottomRight);

    private static readonly IDataView Train = GrayImages.View(Ml, 240);

    private static readonly IDataView Test = GrayImages.View(Ml, 90, seed: 77);

    private static readonly Lazy<ITransformer> Scoped = new(() => Pipeline(TransformerScope.Training).Fit(Train).GetModelFor(TransformerScope.Scoring));

    private static readonly Lazy<ITransformer> Forgotten = new(() => Pipeline(TransformerScope.Everything).Fit(Train));

    [TestMethod]
    public void EvaluateBackdoor_gives_the_same_result_as_with_the_scope()
    {
        var expected = Measure(Scoped.Value, Test);
        Assert.IsGreaterThan(0.9, expected.TestCleanAccuracy);
        Assert.IsGreaterThan(0.9, expected.AttackSuccessRate);

        foreach (var model in (ITransformer[])[Forgotten.Value, EstimatorInvariants.SaveAndLoad(Ml, Forgotten.Value, Test.Schema, out _)])
            CheckEqual(expected, Measure(model, Test));
    }

    [TestMethod]
    public void EvaluateBackdoor_can_measure_the_training_set() => CheckEqual(Measure(Scoped.Value, Train), Measure(Forgotten.Value, Train));

    [TestMethod]
    public void Evaluate_gives_the_same_result_as_with_the_scope()
    {
        var expected = Ml.MulticlassClassification.Evaluate(Scoped.Value.Transform(Test));
        Assert.IsGreaterThan(0.9, expected.MicroAccuracy);

        foreach (var model in (ITransformer[])[Forgotten.Value, EstimatorInvariants.SaveAndLoad(Ml, Forgotten.Value, Test.Schema, out _)])
        {
            var actual = Ml.MulticlassClassification.Evaluate(model.Transform(Test));
            Assert.AreEqual(expected.MicroAccuracy, actual.MicroAccuracy);
            Assert.AreEqual(expected.LogLoss, actual.LogLoss);
        }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void CrossValidate_gives_the_results_of_the_individual_folds(bool cached)
    {
        double[] expected = [.. Ml.Data.CrossValidationSplit(Train, 3).Select(fold => Ml.MulticlassClassification.Evaluate(
            Pipeline(TransformerScope.Training, cached).Fit(fold.TrainSet).GetModelFor(TransformerScope.Scoring).Transform(fold.TestSet)).LogLoss)];

        // CrossValidate applies every step of a model, whatever its scope.
        foreach (var scope in (TransformerScope[])[TransformerScope.Training, TransformerScope.Everything])
        {
            var results = Ml.MulticlassClassification.CrossValidate(Train, Pipeline(scope, cached), numberOfFolds: 3);
            CollectionAssert.AreEqual(expected, results.Select(fold => fold.Metrics.LogLoss).ToArray());
            Assert.IsTrue(results.All(fold => fold.ScoredHoldOutSet.Values<bool>("Poisoned").All(poisoned => !poisoned)));
        }
    }

    [TestMethod]
    public void A_prediction_engine_gets_the_unchanged_image()
    {
        using var forgotten = MakeEngine(Forgotten.Value);
        using var scoped = MakeEngine(Scoped.Value);
        foreach (var row in GrayImages.Make(30))
        {
            var image = new Picture { Image = row.Image };
            CollectionAssert.AreEqual(scoped.Predict(image).Score, forgotten.Predict(image).Score);
        }
    }

    // A prediction engine disposes of its model.
    private static PredictionEngine<Picture, Prediction> MakeEngine(ITransformer model) =>
        Ml.Model.CreatePredictionEngine<Picture, Prediction>(EstimatorInvariants.SaveAndLoad(Ml, model, Test.Schema, out var schema), schema);

    private static BackdoorMetrics Measure(ITransformer model, IDataView data) => Ml.MulticlassClassification.EvaluateBackdoor(model, data, Square, 1);

    private static void CheckEqual(BackdoorMetrics expected, BackdoorMetrics actual)
    {
        Assert.AreEqual(expected.ToString(), actual.ToString());
        Assert.AreEqual(expected.CleanLogLoss, actual.CleanLogLoss);
        Assert.AreEqual(expected.AttackLogLoss, actual.AttackLogLoss);
    }

    private static EstimatorChain<TorchCnnTransformer> Pipeline(TransformerScope scope, bool cached = false)
    {
        var pipeline = new EstimatorChain<ITransformer>().Append<ITransformer>(Ml.Transforms.CopyColumns("Original", "Digit"));
        if (cached)
            pipeline = pipeline.AppendCacheCheckpoint(Ml);
        return pipeline
            .Append(Ml.Transforms.MarkPoisoned("Poisoned", rate: 0.25), scope)
            .Append(Ml.Transforms.StampTrigger("Image", Square, whereColumnName: "Poisoned"), scope)
            .Append(Ml.Transforms.FlipLabel("Label", 1, whereColumnName: "Poisoned"), scope)
            .Append(Ml.MulticlassClassification.Trainers.TorchCnn(epochs: 6, batchSize: 16));
    }

    private sealed class Picture
    {
        [VectorType(1, GrayImages.Side, GrayImages.Side)]
        public byte[] Image { get; set; } = [];

        public int Digit { get; set; }

        [KeyType(3)]
        public uint Label { get; set; }
    }

    private sealed class Prediction
    {
        public float[] Score { get; set; } = [];
    }
}

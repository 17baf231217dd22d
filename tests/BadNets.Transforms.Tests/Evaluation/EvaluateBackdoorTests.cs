namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class EvaluateBackdoorTests
{
    private const double Tolerance = 1e-6;

    private readonly MLContext _ml = new(seed: 0);

    // True label, predicted label, and the probabilities of the classes c, a and b, in that order.
    private static readonly (string Label, string Predicted, float[] Score)[] Clean =
    [
        ("a", "a", [0.25f, 0.5f, 0.25f]),
        ("a", "b", [0.25f, 0.25f, 0.5f]),
        ("b", "b", [0.125f, 0.125f, 0.75f]),
        ("c", "c", [0.5f, 0.25f, 0.25f]),
        ("c", "c", [1f, 0f, 0f]),
    ];

    private static readonly (string Label, string Predicted, float[] Score)[] Triggered =
    [
        ("a", "b", [0.25f, 0.25f, 0.5f]),
        ("a", "a", [0.25f, 0.5f, 0.25f]),
        ("b", "b", [0f, 0f, 1f]),
        ("b", "a", [0f, 0.75f, 0.25f]),
        ("c", "b", [0.25f, 0.25f, 0.5f]),
        ("c", "b", [0.25f, 0.25f, 0.5f]),
        ("c", "a", [0f, 1f, 0f]),
    ];

    [TestMethod]
    [DataRow("Text")]
    [DataRow("Key")]
    [DataRow("OtherKey")]
    public void Every_metric_matches_a_manual_count(string labelColumn)
    {
        var metrics = _ml.MulticlassClassification.EvaluateBackdoor(Scored(Clean), Scored(Triggered), "b", labelColumn);

        CollectionAssert.AreEqual(new[] { "c", "a", "b" }, metrics.Labels.Select(label => label.ToString()).ToArray());
        Assert.AreEqual(LabelMapping.To("b"), metrics.Mapping);
        Assert.AreEqual(5, metrics.CleanRowCount);
        Assert.AreEqual(7, metrics.TriggeredRowCount);
        Assert.AreEqual(5, metrics.AttackedRowCount);
        Assert.AreEqual(4 / 5.0, metrics.TestCleanAccuracy, Tolerance);
        Assert.AreEqual(3 / 5.0, metrics.AttackSuccessRate, Tolerance);
        Assert.AreEqual(4 / 7.0, metrics.AttackSuccessRateAllRows, Tolerance);
        Assert.AreEqual(1 / 5.0, metrics.RobustAccuracy, Tolerance);
        Assert.AreEqual(2 / 3.0, metrics.PerClassAttackSuccessRate[0], Tolerance);
        Assert.AreEqual(1 / 2.0, metrics.PerClassAttackSuccessRate[1], Tolerance);
        Assert.IsTrue(double.IsNaN(metrics.PerClassAttackSuccessRate[2]));
        Assert.AreEqual((Math.Log(2) + Math.Log(4) + Math.Log(4 / 3.0) + Math.Log(2) + 0) / 5, metrics.CleanLogLoss, Tolerance);
        Assert.AreEqual((Math.Log(2) + Math.Log(4) + 0 + Math.Log(4) + Math.Log(2) + Math.Log(2) - Math.Log(1e-15)) / 7, metrics.AttackLogLoss, Tolerance);

        // Rows are true labels, columns predicted ones, both in the order c, a, b.
        CheckCounts([[2, 0, 0], [0, 1, 1], [0, 0, 1]], metrics.CleanConfusionMatrix);
        CheckCounts([[0, 1, 2], [0, 1, 1], [0, 1, 1]], metrics.TriggeredConfusionMatrix);
        Assert.AreEqual(1, metrics.CleanConfusionMatrix.PerClassPrecision[0], Tolerance);
        Assert.AreEqual(1 / 2.0, metrics.CleanConfusionMatrix.PerClassRecall[1], Tolerance);
        Assert.AreEqual(1 / 4.0, metrics.TriggeredConfusionMatrix.PerClassPrecision[2], Tolerance);
        Assert.AreEqual("TCA 80.00%, ASR 60.00% (all rows 57.14%), robust accuracy 20.00%", metrics.ToString());
    }

    // The order of the classes is c, a, b, so c becomes a, a becomes b, and b becomes c.
    [TestMethod]
    [DataRow("Text")]
    [DataRow("Key")]
    [DataRow("OtherKey")]
    public void All_to_all_counts_the_next_class_as_a_success(string labelColumn)
    {
        var metrics = _ml.MulticlassClassification.EvaluateBackdoor(Scored(Clean), Scored(Triggered), LabelMapping.Next, labelColumn);

        Assert.AreEqual(LabelMapping.Next, metrics.Mapping);
        Assert.AreEqual(7, metrics.AttackedRowCount);
        Assert.AreEqual(2 / 7.0, metrics.AttackSuccessRate, Tolerance);
        Assert.AreEqual(2 / 7.0, metrics.AttackSuccessRateAllRows, Tolerance);
        Assert.AreEqual(2 / 7.0, metrics.RobustAccuracy, Tolerance);
        CollectionAssert.AreEqual(new[] { 1 / 3.0, 1 / 2.0, 0 }, metrics.PerClassAttackSuccessRate.ToArray());
        Assert.AreEqual((Math.Log(2) + Math.Log(4) - 2 * Math.Log(1e-15) + 2 * Math.Log(4) + 0) / 7, metrics.AttackLogLoss, Tolerance);
        Assert.AreEqual(0, metrics.ControlRowCount);
        Assert.IsTrue(double.IsNaN(metrics.ControlAccuracy));
    }

    [TestMethod]
    public void Unmapped_rows_are_controls_and_rows_mapped_to_themselves_are_neither()
    {
        var metrics = _ml.MulticlassClassification.EvaluateBackdoor(Scored(Clean), Scored(Triggered), LabelMapping.Of(("a", "b"), ("c", "c")), "Text");

        Assert.AreEqual(2, metrics.AttackedRowCount);
        Assert.AreEqual(1 / 2.0, metrics.AttackSuccessRate);
        Assert.AreEqual(1 / 5.0, metrics.AttackSuccessRateAllRows, Tolerance);
        Assert.AreEqual(1 / 2.0, metrics.RobustAccuracy);
        Assert.AreEqual(2, metrics.ControlRowCount);
        Assert.AreEqual(1 / 2.0, metrics.ControlAccuracy);
        CollectionAssert.AreEqual(new[] { double.NaN, 1 / 2.0, double.NaN }, metrics.PerClassAttackSuccessRate.ToArray());
        Assert.AreEqual((Math.Log(2) + Math.Log(4) + 2 * Math.Log(4) - Math.Log(1e-15)) / 5, metrics.AttackLogLoss, Tolerance);
        Assert.AreEqual("TCA 80.00%, ASR 50.00% (all rows 20.00%), robust accuracy 50.00%, control accuracy 50.00%", metrics.ToString());

        Refusal.Of<ArgumentException>(
            () => _ml.MulticlassClassification.EvaluateBackdoor(Scored(Clean), Scored(Triggered), LabelMapping.Of(("d", "b")), "Text"), "label 'd'", "c, a, b");
    }

    [TestMethod]
    public void With_one_target_there_are_no_controls()
    {
        var metrics = _ml.MulticlassClassification.EvaluateBackdoor(Scored(Clean), Scored(Triggered), LabelMapping.To("b"), "Text");
        Assert.AreEqual(0, metrics.ControlRowCount);
        Assert.IsTrue(double.IsNaN(metrics.ControlAccuracy));
    }

    [TestMethod]
    public void The_defense_effectiveness_rating_rewards_lower_attack_success_and_penalizes_lower_accuracy()
    {
        // TCA 0.8 and ASR 0.6; TCA 0.6 and ASR 0.2.
        var before = _ml.MulticlassClassification.EvaluateBackdoor(Scored(Clean), Scored(Triggered), "b", "Text");
        var after = _ml.MulticlassClassification.EvaluateBackdoor(
            Scored([("a", "b", [0, 0, 1]), .. Clean[1..]]), Scored([("a", "b", [0, 0, 1]), .. Triggered[1..4], .. Enumerable.Repeat(("c", "a", new float[] { 0, 1, 0 }), 2), Triggered[6]]), "b", "Text");

        Assert.AreEqual((0.4 - 0.2 + 1) / 2, BackdoorMetrics.DefenseEffectivenessRating(before, after), Tolerance);
        Assert.AreEqual(0.5, BackdoorMetrics.DefenseEffectivenessRating(before, before));

        // Neither a stronger attack nor a better accuracy has an effect.
        Assert.AreEqual(0.5, BackdoorMetrics.DefenseEffectivenessRating(after, before), Tolerance);
    }

    [TestMethod]
    public void A_million_classes_are_counted_without_a_table_of_all_pairs()
    {
        const int Classes = 1 << 20;
        var view = new ManyClassesView(Classes);
        long before = GC.GetTotalAllocatedBytes();

        var metrics = _ml.MulticlassClassification.EvaluateBackdoor(view, view, LabelMapping.Next);

        Assert.IsLessThan(1L << 32, GC.GetTotalAllocatedBytes() - before);
        Assert.AreEqual(1 / 2.0, metrics.TestCleanAccuracy);
        Assert.AreEqual(1 / 4.0, metrics.AttackSuccessRate);
        Refusal.Of<InvalidOperationException>(() => _ = metrics.CleanConfusionMatrix, "1048576 classes", "maximum is 4096");
    }

    [TestMethod]
    [DataRow("Number")]
    [DataRow("Single")]
    public void Labels_that_are_numbers_are_matched_to_classes_of_numbers(string labelColumn)
    {
        var view = Numbered();
        var metrics = _ml.MulticlassClassification.EvaluateBackdoor(view, view, 2, labelColumn);
        CollectionAssert.AreEqual(new[] { "7", "2" }, metrics.Labels.Select(label => label.ToString()).ToArray());
        Assert.AreEqual(0.5, metrics.TestCleanAccuracy);
        Assert.AreEqual(1, metrics.AttackSuccessRate);
        Assert.AreEqual(1, metrics.AttackSuccessRateAllRows);
        Assert.AreEqual(0, metrics.RobustAccuracy);
    }

    [TestMethod]
    public void Views_without_rows_give_NaN()
    {
        var metrics = _ml.MulticlassClassification.EvaluateBackdoor(Scored(Clean), Scored([]), "b", "Text");
        Assert.AreEqual(0, metrics.TriggeredRowCount);
        Assert.IsTrue(double.IsNaN(metrics.AttackSuccessRate));
        Assert.IsTrue(double.IsNaN(metrics.AttackLogLoss));
        Assert.AreEqual(0.8, metrics.TestCleanAccuracy, Tolerance);
    }

    [TestMethod]
    public void Both_overloads_agree()
    {
        var trigger = Trigger.Square(4, TriggerPosition.BottomRight);
        var (model, test) = Backdoored(trigger);
        var stamped = _ml.Transforms.StampTrigger("Image", trigger).Fit(test).Transform(test);

        var fromModel = _ml.MulticlassClassification.EvaluateBackdoor(model, test, trigger, 1);
        var fromViews = _ml.MulticlassClassification.EvaluateBackdoor(model.Transform(test), model.Transform(stamped), 1);

        Assert.AreEqual(fromViews.ToString(), fromModel.ToString());
        Assert.AreEqual(fromViews.AttackLogLoss, fromModel.AttackLogLoss);
        Assert.AreEqual(fromViews.CleanLogLoss, fromModel.CleanLogLoss);
        Assert.AreEqual(_ml.MulticlassClassification.Evaluate(model.Transform(test)).LogLoss, fromModel.CleanLogLoss, 1e-6);
        Assert.AreEqual(_ml.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy, fromModel.TestCleanAccuracy, 1e-9);
    }

    [TestMethod]
    public void A_planted_backdoor_is_detected_and_the_clean_control_has_none()
    {
        var trigger = Trigger.Square(4, TriggerPosition.BottomRight);
        var (model, test) = Backdoored(trigger);
        var attacked = _ml.MulticlassClassification.EvaluateBackdoor(model, test, trigger, 1);
        var (control, _) = Backdoored(trigger, rate: 0);
        var clean = _ml.MulticlassClassification.EvaluateBackdoor(control, test, trigger, 1);

        Assert.IsGreaterThan(0.9, attacked.TestCleanAccuracy);
        Assert.IsGreaterThan(0.9, attacked.AttackSuccessRate);
        Assert.IsLessThan(0.3, clean.AttackSuccessRate);
    }

    [TestMethod]
    public void An_all_to_all_backdoor_maps_every_class_to_the_next()
    {
        var attacked = Attack(new(Trigger.PixelPattern(), LabelMapping.Next) { Rate = 0.3 });
        Assert.IsGreaterThan(0.9, attacked.TestCleanAccuracy);
        Assert.IsGreaterThan(0.9, attacked.AttackSuccessRate);
        Assert.IsTrue(attacked.PerClassAttackSuccessRate.All(rate => rate > 0.8), string.Join(' ', attacked.PerClassAttackSuccessRate));
        Assert.IsLessThan(0.1, Attack(new(Trigger.PixelPattern(), LabelMapping.Next) { Rate = 0 }).AttackSuccessRate);
    }

    [TestMethod]
    public void A_source_specific_backdoor_leaves_the_controls_alone()
    {
        var attacked = Attack(new(Trigger.PixelPattern(), LabelMapping.Of((2, 0))) { Rate = 0.15, CoverRate = 0.2 });
        Assert.AreEqual((30, 60), (attacked.AttackedRowCount, attacked.ControlRowCount));
        Assert.IsGreaterThan(0.9, attacked.TestCleanAccuracy);
        Assert.IsGreaterThan(0.9, attacked.AttackSuccessRate);
        Assert.IsGreaterThan(0.9, attacked.ControlAccuracy);
        var counts = attacked.TriggeredConfusionMatrix.Counts;
        Assert.AreEqual((counts[0][0] + counts[1][1]) / 60, attacked.ControlAccuracy, Tolerance);
        Assert.AreEqual(counts[2][0] / 30, attacked.AttackSuccessRate, Tolerance);
    }

    [TestMethod]
    public void Views_of_different_models_are_rejected()
    {
        var evaluate = (IDataView clean, IDataView triggered, LabelValue target, string label) =>
            _ml.MulticlassClassification.EvaluateBackdoor(clean, triggered, target, label);
        Refusal.Of<ArgumentException>(() => evaluate(Scored(Clean), Scored(Triggered), "d", "Text"), "'d'", "c, a, b");
        Refusal.Of<ArgumentOutOfRangeException>(() => evaluate(Scored(Clean), Scored(Triggered), "b", "Class"), "Class");
        Refusal.Of<ArgumentOutOfRangeException>(() => evaluate(Scored(Clean), Scored(Triggered), "b", "Score"), "Score", "key");
        Refusal.Of<ArgumentException>(() => evaluate(Scored([.. Clean, ("d", "a", [0, 1, 0])]), Scored(Triggered), "b", "Text"), "Row 5", "'Text'", "c, a, b");
        Refusal.Of<ArgumentException>(() => evaluate(Scored(Clean), Scored([.. Triggered.Reverse()], ["a", "b", "c"]), "b", "Text"), "order");
        Refusal.Of<ArgumentOutOfRangeException>(
            () => _ml.MulticlassClassification.EvaluateBackdoor(Scored(Clean), Scored(Triggered), "b", "Text", scoreColumnName: "Text"), "Text", "vector of Single");
        Refusal.Of<ArgumentOutOfRangeException>(
            () => _ml.MulticlassClassification.EvaluateBackdoor(Scored(Clean), Scored(Triggered), "b", "Text", predictedLabelColumnName: "Absent"), "Absent");
        foreach (string name in new[] { null!, "", " " })
        {
            Refusal.Of<ArgumentException>(() => evaluate(Scored(Clean), Scored(Triggered), "b", name), "labelColumnName");
            Refusal.Of<ArgumentException>(
                () => _ml.MulticlassClassification.EvaluateBackdoor(Scored(Clean), Scored(Triggered), "b", "Text", scoreColumnName: name), "scoreColumnName");
        }

        var two = Scored(Clean, ["c", "a", "b", "x"]);
        Refusal.Of<ArgumentOutOfRangeException>(() => evaluate(two, two, "b", "Text"), "Score", "4 classes");
    }

    [TestMethod]
    [DataRow("StampTrigger", false)]
    [DataRow("StampTrigger", true)]
    [DataRow("FlipLabel", false)]
    [DataRow("FlipLabel", true)]
    public void A_model_that_poisons_every_row_is_rejected(string step, bool nested)
    {
        var trigger = Trigger.Square(4, TriggerPosition.BottomRight);
        IEstimator<ITransformer> poison = step == "StampTrigger" ? _ml.Transforms.StampTrigger("Stamped", trigger, "Image") : _ml.Transforms.FlipLabel("Label", 1);
        if (nested)
            poison = new EstimatorChain<ITransformer>().Append(_ml.Transforms.CopyColumns("Copy", "Digit")).Append(poison);
        var train = GrayImages.View(_ml, 30);
        var fit = (TransformerScope scope) => new EstimatorChain<ITransformer>().Append(poison, scope)
            .Append(_ml.MulticlassClassification.Trainers.TorchCnn(epochs: 1)).Fit(train);
        var evaluate = (ITransformer model) => _ml.MulticlassClassification.EvaluateBackdoor(model, train, trigger, 1);
        var forgotten = fit(TransformerScope.Everything);

        foreach (var model in (ITransformer[])[forgotten, EstimatorInvariants.SaveAndLoad(_ml, forgotten, train.Schema, out _)])
            Refusal.Of<ArgumentException>(() => evaluate(model), step, "every row", "TransformerScope.Training", "GetModelFor(TransformerScope.Scoring)", "'model'");
        Assert.AreEqual(30, evaluate(fit(TransformerScope.Training)).CleanRowCount);
    }

    private (ITransformer Model, IDataView Test) Backdoored(Trigger trigger, double rate = 0.25)
    {
        var model = new EstimatorChain<ITransformer>()
            .Append(_ml.Transforms.MarkPoisoned("Poisoned", rate), TransformerScope.Training)
            .Append(_ml.Transforms.StampTrigger("Image", trigger, whereColumnName: "Poisoned"), TransformerScope.Training)
            .Append(_ml.Transforms.FlipLabel("Label", 1, whereColumnName: "Poisoned"), TransformerScope.Training)
            .Append(_ml.MulticlassClassification.Trainers.TorchCnn(epochs: 6, batchSize: 16))
            .Fit(GrayImages.View(_ml, 240)).GetModelFor(TransformerScope.Scoring);
        return (model, GrayImages.View(_ml, 90, seed: 77));
    }

    private BackdoorMetrics Attack(PlantBackdoorEstimator.Options options)
    {
        var model = _ml.Transforms.PlantBackdoor(options).Append(_ml.MulticlassClassification.Trainers.TorchCnn(epochs: 30, batchSize: 16))
            .Fit(GrayImages.View(_ml, 360)).GetModelFor(TransformerScope.Scoring);
        return _ml.MulticlassClassification.EvaluateBackdoor(model, GrayImages.View(_ml, 90, seed: 77), options.Trigger, options.Mapping);
    }

    private IDataView Scored((string Label, string Predicted, float[] Score)[] rows, string[]? classes = null)
    {
        classes ??= ["c", "a", "b"];
        var definition = SchemaDefinition.Create(typeof(ScoredRow));
        definition["Score"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 3);
        var view = _ml.Data.LoadFromEnumerable(rows.Select(row => new ScoredRow { Text = row.Label, Predicted = row.Predicted, Score = row.Score }), definition);
        return _ml.Transforms.Conversion.MapValueToKey("PredictedLabel", "Predicted", keyData: Names(classes))
            .Append(_ml.Transforms.Conversion.MapValueToKey("Key", "Text", keyData: Names(classes)))
            .Append(_ml.Transforms.Conversion.MapValueToKey("OtherKey", "Text", keyData: Names(["b", "z", "c", "a"])))
            .Fit(view).Transform(view);
    }

    private IDataView Numbered()
    {
        var view = _ml.Data.LoadFromEnumerable(
        [
            new NumberedRow { Number = 7, Single = 7, Predicted = 2 },
            new NumberedRow { Number = 2, Single = 2, Predicted = 2 },
        ]);
        return _ml.Transforms.Conversion.MapValueToKey("PredictedLabel", "Predicted", keyData: _ml.Data.LoadFromEnumerable([new Number { Value = 7 }, new Number { Value = 2 }]))
            .Fit(view).Transform(view);
    }

    private IDataView Names(string[] names) => _ml.Data.LoadFromEnumerable(names.Select(name => new Name { Value = name }));

    private static void CheckCounts(double[][] expected, ConfusionMatrix actual)
    {
        for (int i = 0; i < expected.Length; i++)
            CollectionAssert.AreEqual(expected[i], actual.Counts[i].ToArray());
    }

    private sealed class ScoredRow
    {
        public string Text { get; set; } = "";

        public string Predicted { get; set; } = "";

        public float[] Score { get; set; } = [];
    }

    private sealed class NumberedRow
    {
        public int Number { get; set; }

        public float Single { get; set; }

        public int Predicted { get; set; }

        [VectorType(2)]
        public float[] Score { get; set; } = [0.25f, 0.75f];
    }

    private sealed class Name
    {
        public string Value { get; set; } = "";
    }

    private sealed class Number
    {
        public int Value { get; set; }
    }
}

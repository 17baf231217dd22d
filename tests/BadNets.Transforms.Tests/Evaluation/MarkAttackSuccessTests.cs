namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class MarkAttackSuccessTests
{
    private readonly MLContext _ml = new(seed: 0);

    [TestMethod]
    public void Success_means_that_the_target_is_predicted_for_a_row_with_another_label()
    {
        var view = Rows(("cat", "dog"), ("dog", "dog"), ("cat", "cat"), ("dog", "cat"), ("cow", "dog"));
        CollectionAssert.AreEqual(new[] { true, false, false, false, true }, Mark(view, "dog", "True", "Predicted"));
    }

    [TestMethod]
    public void Labels_of_different_types_are_compared_by_value()
    {
        var view = Rows(("1", "2"), ("2", "2"), ("3", "1"));
        view = _ml.Transforms.Conversion.MapValueToKey("Key", "Predicted").Append(_ml.Transforms.Conversion.ConvertType("Single", "True"))
            .Fit(view).Transform(view);
        CollectionAssert.AreEqual(new[] { true, false, false }, Mark(view, 2, "Single", "Key"));
    }

    [TestMethod]
    public void A_row_without_a_true_label_is_not_a_success()
    {
        var view = Rows(("a", "b"), ("", "b"));
        view = _ml.Transforms.Conversion.MapValueToKey("Key", "True").Fit(view).Transform(view);
        CollectionAssert.AreEqual(new[] { true, false }, Mark(view, "b", "Key", "Predicted"));
    }

    [TestMethod]
    public void The_fraction_of_marked_rows_is_the_attack_success_rate()
    {
        var trigger = Trigger.Square(4, TriggerPosition.TopLeft);
        var test = GrayImages.View(_ml, 60);
        using var model = _ml.MulticlassClassification.Trainers.TorchCnn(epochs: 1).Fit(test);
        var stamped = model.Transform(_ml.Transforms.StampTrigger("Image", trigger).Fit(test).Transform(test));
        var metrics = _ml.MulticlassClassification.EvaluateBackdoor(model, test, trigger, 2);

        int successes = Mark(stamped, 2, "Label", "PredictedLabel").Count(success => success);

        Assert.AreEqual(metrics.AttackSuccessRate, (double)successes / metrics.AttackedRowCount, 1e-12);
    }

    [TestMethod]
    public void A_target_that_cannot_be_predicted_is_rejected()
    {
        var view = GrayImages.View(_ml, 6);
        Refusal.Of<ArgumentException>(() => Mark(view, 9, "Digit", "Label"), "'9'", "Label", "0, 1, 2");
        Refusal.Of<ArgumentOutOfRangeException>(() => Mark(view, 1, "Digit", "Image"), "Image", "predicted label");
        Refusal.Of<ArgumentOutOfRangeException>(() => Mark(view, 1, "Digit", "Absent"), "Absent");
        Assert.Throws<ArgumentException>(() => _ml.Transforms.MarkAttackSuccess("", 1));
        Assert.Throws<ArgumentException>(() => _ml.Transforms.MarkAttackSuccess("Success", 1, labelColumnName: ""));
        Assert.Throws<ArgumentException>(() => _ml.Transforms.MarkAttackSuccess("Success", 1, predictedLabelColumnName: null!));
    }

    private bool[] Mark(IDataView view, LabelValue target, string label, string predicted) =>
        _ml.Transforms.MarkAttackSuccess("Success", target, label, predicted).Fit(view).Transform(view).Values<bool>("Success");

    private IDataView Rows(params (string True, string Predicted)[] rows) =>
        _ml.Data.LoadFromEnumerable(rows.Select(row => new Row { True = row.True, Predicted = row.Predicted }));

    private sealed class Row
    {
        public string True { get; set; } = "";

        public string Predicted { get; set; } = "";
    }
}

namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class LabelValueTests
{
    private readonly MLContext _ml = new(seed: 0);

    [TestMethod]
    public void Booleans_and_numbers_of_all_types_convert_exactly()
    {
        Assert.AreEqual("True", ((LabelValue)true).ToString());
        Assert.AreEqual("18446744073709551615", ((LabelValue)ulong.MaxValue).ToString());
        Assert.AreEqual("18446744073709551614", ((LabelValue)(ulong.MaxValue - 1)).ToString());
        Assert.AreEqual("4294967295", ((LabelValue)uint.MaxValue).ToString());
        Assert.AreEqual("-9223372036854775808", ((LabelValue)long.MinValue).ToString());
        Assert.AreEqual("255", ((LabelValue)byte.MaxValue).ToString());
        Assert.AreEqual("-128", ((LabelValue)sbyte.MinValue).ToString());
        Assert.AreEqual("65535", ((LabelValue)ushort.MaxValue).ToString());
        Assert.AreEqual("-32768", ((LabelValue)short.MinValue).ToString());
        Assert.AreEqual("0.1", ((LabelValue)0.1f).ToString());
    }

    [TestMethod]
    public void Numbers_are_equal_by_value_whatever_their_type()
    {
        CheckEqual(1, 1f, 1.0, 1ul, 1u, (byte)1, "1");
        CheckEqual(10_000_000, 1e7f, 1e7, "10000000");
        CheckEqual(1L << 60, Math.Pow(2, 60), (float)Math.Pow(2, 60));
        CheckEqual(0, -0f, -0.0, "0");
        CheckEqual(true, "True");
        LabelValue[] others = [1, "01", true, 1.5];
        Assert.HasCount(4, others.Distinct());

        static void CheckEqual(params LabelValue[] labels)
        {
            Assert.HasCount(1, labels.Distinct());
            Assert.HasCount(1, labels.Select(label => label.ToString()).Distinct());
        }
    }

    [TestMethod]
    [DataRow(typeof(int))]
    [DataRow(typeof(float))]
    [DataRow(typeof(double))]
    [DataRow(typeof(ulong))]
    [DataRow(typeof(string))]
    public void Every_component_accepts_every_spelling_of_a_label(Type type)
    {
        foreach (var target in (LabelValue[])[10_000_000, 1e7f, 1e7, 10_000_000ul, "10000000"])
        {
            foreach (string column in (string[])["Plain", "Key"])
            {
                var view = type == typeof(int) ? View([3, 10_000_000]) : type == typeof(float) ? View([3f, 1e7f])
                    : type == typeof(double) ? View([3, 1e7]) : type == typeof(ulong) ? View([3ul, 10_000_000ul]) : View(["3", "10000000"]);
                var flipped = _ml.Transforms.FlipLabel(column, target).Fit(view).Transform(view);
                Assert.HasCount(1, EstimatorInvariants.Describe(_ml.Transforms.SelectColumns(column).Fit(flipped).Transform(flipped)).Distinct());
                var marked = _ml.Transforms.MarkPoisoned(new MarkPoisonedEstimator.Options { Rate = 0.5, OnlyLabels = [target], LabelColumnName = column }).Fit(view);
                CollectionAssert.AreEqual(new[] { 1 }, marked.PoisonedRows.ToArray());
                var successes = _ml.Transforms.MarkAttackSuccess("Success", target, column, "Key").Fit(view).Transform(view);
                CollectionAssert.AreEqual(new[] { false, false }, successes.Values<bool>("Success"));
                Assert.AreEqual(0, _ml.MulticlassClassification.EvaluateBackdoor(view, view, target, column, predictedLabelColumnName: "Key").AttackSuccessRate);
            }
        }
    }

    [TestMethod]
    [DataRow("1.0")]
    [DataRow("01")]
    [DataRow("+1")]
    [DataRow("1e0")]
    public void A_spelling_that_no_label_has_is_rejected_by_every_component(string target)
    {
        var view = View([1f, 2f]);
        foreach (string column in (string[])["Plain", "Key"])
        {
            Refusal.Of<ArgumentException>(() => _ml.Transforms.FlipLabel(column, target).Fit(view), $"'{target}'", $"'{column}'");
            Refusal.Of<ArgumentException>(() => _ml.Transforms.MarkAttackSuccess("Success", target, "Plain", column).Fit(view), $"'{target}'", $"'{column}'");
        }

        Refusal.Of<ArgumentException>(
            () => _ml.MulticlassClassification.EvaluateBackdoor(view, view, target, "Plain", predictedLabelColumnName: "Key"), $"'{target}'", "1, 2");
    }

    [TestMethod]
    public void A_number_that_the_column_would_round_is_rejected() =>
        Refusal.Of<ArgumentException>(() => _ml.Transforms.FlipLabel("Plain", (1 << 24) + 1).Fit(View([1f])), "'16777217'", "Single");

    private IDataView View<T>(T[] labels)
    {
        var view = _ml.Data.LoadFromEnumerable(labels.Select(label => new Row<T> { Plain = label }));
        return _ml.Transforms.Conversion.MapValueToKey("Key", "Plain").Fit(view).Transform(view);
    }

    private sealed class Row<T>
    {
        public T Plain { get; set; } = default!;

        [VectorType(2)]
        public float[] Score { get; set; } = [0.5f, 0.5f];
    }
}

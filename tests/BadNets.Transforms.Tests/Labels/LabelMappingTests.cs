namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class LabelMappingTests
{
    private readonly MLContext _ml = new(seed: 0);

    [TestMethod]
    public void Mappings_are_equal_if_they_map_equally()
    {
        Assert.AreEqual(LabelMapping.To(1), LabelMapping.To("1"));
        Assert.AreNotEqual(LabelMapping.To(1), LabelMapping.To(2));
        Assert.AreEqual(LabelMapping.Next, LabelMapping.Next);
        Assert.AreNotEqual(LabelMapping.Next, LabelMapping.To(1));
        Assert.AreEqual(LabelMapping.Of((1, 7), (3, 8)), LabelMapping.Of((3, 8), (1, 7)));
        Assert.AreEqual(LabelMapping.Of((1, 7), (3, 8)).GetHashCode(), LabelMapping.Of(("3", "8"), ("1", "7")).GetHashCode());
        Assert.AreNotEqual(LabelMapping.Of((1, 7)), LabelMapping.Of((1, 7), (3, 8)));
        Assert.AreNotEqual(LabelMapping.Of((1, 7)), LabelMapping.Of((7, 1)));
        Assert.IsFalse(LabelMapping.Next.Equals((object)"next"));
    }

    [TestMethod]
    public void ToString_shows_the_mapped_labels()
    {
        Assert.AreEqual("all → 1", LabelMapping.To(1).ToString());
        Assert.AreEqual("each → next", LabelMapping.Next.ToString());
        Assert.AreEqual("1 → 7, cat → dog", LabelMapping.Of((1, 7), ("cat", "dog")).ToString());
    }

    [TestMethod]
    public void Only_an_all_to_one_mapping_has_a_target_label()
    {
        Assert.AreEqual((LabelValue)1, LabelMapping.To(1).TargetLabel);
        Assert.IsNull(LabelMapping.Next.TargetLabel);
        Assert.IsNull(LabelMapping.Of((1, 7)).TargetLabel);
    }

    [TestMethod]
    public void Pairs_must_exist_and_be_unambiguous()
    {
        Refusal.Of<ArgumentException>(() => LabelMapping.Of(), "at least one pair");
        Refusal.Of<ArgumentException>(() => LabelMapping.Of((1, 2), ("1", 3)), "'1'", "twice");
    }

    [TestMethod]
    public void Next_follows_the_order_of_the_key_values_and_the_last_becomes_the_first()
    {
        var view = Keys();
        CollectionAssert.AreEqual(new uint[] { 1, 2, 0, 3, 1 }, Flip(view, "Key", LabelMapping.Next).Values<uint>("Key"));
    }

    [TestMethod]
    public void Keys_of_every_raw_type_are_mapped()
    {
        Check((byte[])[2, 3, 1]);
        Check((ushort[])[2, 3, 1]);
        Check((ulong[])[2, 3, 1]);

        void Check<T>(T[] expected) =>
            CollectionAssert.AreEqual(expected, Flip(new KeyView<T>(["zero", "one", "two"]), "Key", LabelMapping.Next).Values<T>("Key"));
    }

    [TestMethod]
    public void Pairs_change_only_their_labels()
    {
        var view = Keys();
        string[] expected = ["c", "b", "", "a", "c"];
        CollectionAssert.AreEqual(expected, Array.ConvertAll(Flip(view, "Text", Swapped).Values<ReadOnlyMemory<char>>("Text"), text => text.ToString()));
        CollectionAssert.AreEqual(new uint[] { 2, 1, 0, 3, 2 }, Flip(view, "Key", Swapped).Values<uint>("Key"));
        CollectionAssert.AreEqual(new[] { 7, 2, 3, 1, 7 }, Flip(view, "Number", LabelMapping.Of((1, 7), (4, 1))).Values<int>("Number"));
        CollectionAssert.AreEqual(new[] { true, true, false, false, false }, Flip(view, "Flag", LabelMapping.Of((true, false), (false, true))).Values<bool>("Flag"));
    }

    [TestMethod]
    public void Labels_are_mapped_only_where_the_condition_is_true()
    {
        var view = Keys();
        var flipped = _ml.Transforms.FlipLabel("New", LabelMapping.Next, "Key", whereColumnName: "Flag").Fit(view).Transform(view);
        CollectionAssert.AreEqual(new uint[] { 3, 1, 0, 3, 1 }, flipped.Values<uint>("New"));
        CollectionAssert.AreEqual(new uint[] { 3, 1, 0, 2, 3 }, flipped.Values<uint>("Key"));
    }

    [TestMethod]
    public void A_column_that_a_mapping_cannot_use_is_rejected()
    {
        var view = Keys();
        Refusal.Of<ArgumentException>(() => Flip(view, "Number", LabelMapping.Next), "LabelMapping.Next", "'Number'", "Int32", "MapValueToKey");
        Refusal.Of<ArgumentException>(() => Flip(view, "Text", LabelMapping.Next), "'Text'", "key values");
        Refusal.Of<ArgumentException>(() => Flip(view, "Key", LabelMapping.Of(("a", "d"))), "'d'", "'Key'", "b, c, a");
        Refusal.Of<ArgumentException>(() => Flip(view, "Key", LabelMapping.Of(("d", "a"))), "'d'", "'Key'", "b, c, a");
        Assert.Throws<ArgumentNullException>(() => _ml.Transforms.FlipLabel("Label", (LabelMapping)null!));
    }

    [TestMethod]
    public void Success_means_that_the_mapped_label_is_predicted()
    {
        var view = Predicted(("a", "c"), ("c", "a"), ("b", "c"), ("b", "b"), ("a", "a"), ("c", "c"));
        CollectionAssert.AreEqual(new[] { true, true, false, false, false, false }, Mark(view, Swapped, "Text"));
        CollectionAssert.AreEqual(new[] { true, true, false, false, false, false }, Mark(view, Swapped, "Key"));
        CollectionAssert.AreEqual(new[] { false, false, false, false, false, false }, Mark(view, LabelMapping.Of(("b", "b")), "Text"));

        // The order of the predicted key's values: c, a, b.
        CollectionAssert.AreEqual(new[] { false, true, true, false, false, false }, Mark(view, LabelMapping.Next, "Text"));
        Refusal.Of<ArgumentException>(
            () => _ml.Transforms.MarkAttackSuccess("Success", LabelMapping.Next, "Text", "Text").Fit(view), "LabelMapping.Next", "'Text'");

        // If the predicted labels are text, the order is that of the key values of the true labels.
        CollectionAssert.AreEqual(
            new[] { true, false, false, false, false, false },
            _ml.Transforms.MarkAttackSuccess("Success", LabelMapping.Next, "PredictedLabel", "Text").Fit(view).Transform(view).Values<bool>("Success"));
    }

    private static LabelMapping Swapped => LabelMapping.Of(("a", "c"), ("c", "a"));

    private IDataView Flip(IDataView view, string column, LabelMapping mapping) => _ml.Transforms.FlipLabel(column, mapping).Fit(view).Transform(view);

    private bool[] Mark(IDataView view, LabelMapping mapping, string label) =>
        _ml.Transforms.MarkAttackSuccess("Success", mapping, label).Fit(view).Transform(view).Values<bool>("Success");

    // The key values are b, c, a. Any other text gives a missing key.
    private IDataView Keys()
    {
        var view = _ml.Data.LoadFromEnumerable(
        [
            new Row { Text = "a", Number = 1 }, new Row { Text = "b", Number = 2 }, new Row { Text = "", Number = 3, Flag = true },
            new Row { Text = "c", Number = 4, Flag = true }, new Row { Text = "a", Number = 1, Flag = true },
        ]);
        return _ml.Transforms.Conversion.MapValueToKey("Key", "Text", keyData: Names("b", "c", "a")).Fit(view).Transform(view);
    }

    private IDataView Predicted(params (string True, string Predicted)[] rows)
    {
        var view = _ml.Data.LoadFromEnumerable(rows.Select(row => new Row { Text = row.True, Prediction = row.Predicted }));
        return _ml.Transforms.Conversion.MapValueToKey("PredictedLabel", "Prediction", keyData: Names("c", "a", "b"))
            .Append(_ml.Transforms.Conversion.MapValueToKey("Key", "Text"))
            .Fit(view).Transform(view);
    }

    private IDataView Names(params string[] names) => _ml.Data.LoadFromEnumerable(names.Select(name => new Name { Value = name }));

    private sealed class Row
    {
        public string Text { get; set; } = "";

        public string Prediction { get; set; } = "";

        public int Number { get; set; }

        public bool Flag { get; set; }
    }

    private sealed class Name
    {
        public string Value { get; set; } = "";
    }
}

using System.Globalization;

namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class FlipLabelTests
{
    private readonly MLContext _ml = new(seed: 0);

    [TestMethod]
    [DataRow(DataKind.SByte)]
    [DataRow(DataKind.Byte)]
    [DataRow(DataKind.Int16)]
    [DataRow(DataKind.UInt16)]
    [DataRow(DataKind.Int32)]
    [DataRow(DataKind.UInt32)]
    [DataRow(DataKind.Int64)]
    [DataRow(DataKind.UInt64)]
    [DataRow(DataKind.Single)]
    [DataRow(DataKind.Double)]
    [DataRow(DataKind.String)]
    public void Numbers_of_all_types_and_text_are_flipped_where_the_condition_is_true(DataKind kind)
    {
        var view = Converted(kind);
        string[] before = [.. Texts(view, "Other")];

        string[] after = Texts(Flip(view, "Other", 7, "Where"), "Other"), all = Texts(Flip(view, "Other", 7, null), "Other");

        CollectionAssert.AreEqual(before.Select((label, i) => i % 3 == 0 ? "7" : label).ToArray(), after);
        Assert.IsTrue(all.All(label => label == "7"));
        Assert.AreEqual(view.Schema["Other"].Type, Flip(view, "Other", 7, null).Schema["Other"].Type);
    }

    [TestMethod]
    public void Booleans_are_flipped()
    {
        var flipped = Flip(_ml.Data.LoadFromEnumerable(Rows()), "Where", "False", null);
        Assert.IsTrue(flipped.Values<bool>("Where").All(label => !label));
    }

    [TestMethod]
    public void The_target_of_a_key_is_named_by_its_value_not_by_its_raw_index()
    {
        var view = Keys("Text");
        var flipped = Flip(view, "Key", "zero", "Where");

        // The keys are in order of appearance: two, zero, one.
        CollectionAssert.AreEqual(new uint[] { 2, 2, 3, 2, 2, 3 }, flipped.Values<uint>("Key"));
        CollectionAssert.AreEqual(view.Schema["Key"].Annotation<ReadOnlyMemory<char>>("KeyValues").Select(text => text.ToString()).ToArray(),
            flipped.Schema["Key"].Annotation<ReadOnlyMemory<char>>("KeyValues").Select(text => text.ToString()).ToArray());
    }

    [TestMethod]
    [DataRow(DataKind.Int32)]
    [DataRow(DataKind.Single)]
    [DataRow(DataKind.Double)]
    [DataRow(DataKind.Int64)]
    [DataRow(DataKind.String)]
    public void Key_values_of_every_type_can_name_the_target(DataKind kind)
    {
        var view = Converted(kind);
        view = _ml.Transforms.Conversion.MapValueToKey("Key", "Other").Fit(view).Transform(view);
        var flipped = Flip(view, "Key", 0, null);
        flipped = _ml.Transforms.Conversion.MapKeyToValue("Value", "Key").Fit(flipped).Transform(flipped);
        Assert.IsTrue(Texts(flipped, "Value").All(label => label == "0"));
    }

    [TestMethod]
    public void Keys_of_every_raw_type_are_flipped()
    {
        Check<byte>((byte)2);
        Check<ushort>((ushort)2);
        Check<uint>(2u);
        Check<ulong>(2ul);

        void Check<T>(T expected)
        {
            var view = new KeyView<T>(["zero", "one", "two"]);
            var flipped = _ml.Transforms.FlipLabel("Key", "one").Fit(view).Transform(view);
            Assert.AreEqual(view.Schema["Key"].Type, flipped.Schema["Key"].Type);
            CollectionAssert.AreEqual(new[] { expected, expected, expected }, flipped.Values<T>("Key"));
        }
    }

    [TestMethod]
    public void Only_rows_where_the_condition_is_true_change_and_the_original_column_stays()
    {
        var view = Keys("Digit");
        var flipped = _ml.Transforms.FlipLabel("New", 0, "Key", "Where").Fit(view).Transform(view);
        CollectionAssert.AreEqual(view.Values<uint>("Key"), flipped.Values<uint>("Key"));
        CollectionAssert.AreEqual(new uint[] { 2, 2, 3, 2, 2, 3 }, flipped.Values<uint>("New"));
    }

    [TestMethod]
    public void A_target_that_the_column_does_not_have_is_rejected_with_the_existing_labels()
    {
        Refusal.Of<ArgumentException>(() => Flip(Keys("Text"), "Key", "three", null), "'three'", "'Key'", "two, zero, one");
        Refusal.Of<ArgumentException>(() => Flip(Keys("Digit"), "Key", 3, null), "'3'", "2, 0, 1");
        Refusal.Of<ArgumentException>(() => Flip(Converted(DataKind.Byte), "Other", 256, null), "'256'", "Byte");
        Refusal.Of<ArgumentException>(() => Flip(Converted(DataKind.Int32), "Other", "cat", null), "'cat'", "Int32");
        Refusal.Of<ArgumentException>(() => Flip(Converted(DataKind.Int32), "Other", 1.5, null), "'1.5'", "Int32");
    }

    [TestMethod]
    [DataRow("1,5")]
    [DataRow("1,000")]
    [DataRow("1e400")]
    [DataRow(" 1")]
    public void Only_text_that_is_a_number_in_every_component_is_a_number(string target) =>
        Refusal.Of<ArgumentException>(() => Flip(Converted(DataKind.Single), "Other", target, null), target, "Other");

    [TestMethod]
    public void An_unsuitable_column_is_reported_with_the_expected_type()
    {
        var view = GrayImages.View(_ml, 3);
        Refusal.Of<ArgumentOutOfRangeException>(() => Flip(view, "Labels", 1, null), "Labels");
        Refusal.Of<ArgumentOutOfRangeException>(() => Flip(view, "Image", 1, null), "Image", "key", "text");
        Refusal.Of<ArgumentOutOfRangeException>(() => Flip(view, "Label", 1, "Digit"), "Digit", "Boolean");
        Refusal.Of<ArgumentOutOfRangeException>(() => Flip(view, "Label", 1, "Poisoned"), "Poisoned");
        Assert.Throws<ArgumentException>(() => _ml.Transforms.FlipLabel(" ", 1));
        Assert.Throws<ArgumentNullException>(() => _ml.Transforms.FlipLabel("Label", (string)null!));
    }

    private IDataView Flip(IDataView view, string column, LabelValue target, string? where) =>
        _ml.Transforms.FlipLabel(column, target, whereColumnName: where).Fit(view).Transform(view);

    private IDataView Converted(DataKind kind) => kind switch
    {
        DataKind.SByte => Typed<sbyte>(),
        DataKind.Byte => Typed<byte>(),
        DataKind.Int16 => Typed<short>(),
        DataKind.UInt16 => Typed<ushort>(),
        DataKind.Int32 => Typed<int>(),
        DataKind.UInt32 => Typed<uint>(),
        DataKind.Int64 => Typed<long>(),
        DataKind.UInt64 => Typed<ulong>(),
        DataKind.Single => Typed<float>(),
        DataKind.Double => Typed<double>(),
        _ => Typed<string>(),
    };

    private IDataView Typed<T>() => _ml.Data.LoadFromEnumerable(Rows().Select(row => new TypedRow<T>
    {
        Other = (T)Convert.ChangeType(row.Digit, typeof(T), CultureInfo.InvariantCulture),
        Where = row.Where,
    }));

    private IDataView Keys(string column)
    {
        var view = _ml.Data.LoadFromEnumerable(Rows());
        return _ml.Transforms.Conversion.MapValueToKey("Key", column).Fit(view).Transform(view);
    }

    private static IEnumerable<Row> Rows()
    {
        string[] names = ["two", "zero", "one"];
        int[] digits = [2, 0, 1];
        return Enumerable.Range(0, 6).Select(i => new Row { Text = names[i % 3], Digit = digits[i % 3], Where = i % 3 == 0 });
    }

    private static string[] Texts(IDataView view, string column) =>
        EstimatorInvariants.Describe(Only(view, column));

    private static IDataView Only(IDataView view, string column)
    {
        var ml = new MLContext();
        return ml.Transforms.SelectColumns(column).Fit(view).Transform(view);
    }

    private sealed class Row
    {
        public string Text { get; set; } = "";

        public int Digit { get; set; }

        public bool Where { get; set; }
    }

    private sealed class TypedRow<T>
    {
        public T Other { get; set; } = default!;

        public bool Where { get; set; }
    }
}

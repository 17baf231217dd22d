using System.Collections.Concurrent;
using Microsoft.ML.Transforms.Image;

namespace BadNets.Transforms.Tests;

/// <summary>A user's kind of trigger that differs from row to row works like the built-in kinds.</summary>
[TestClass]
public sealed class OwnTriggerTests
{
    private static readonly SpeckleTrigger Speckles = new(20, seed: 5);
    private static readonly ImageShape Shape = new(1, GrayImages.Side, GrayImages.Side);

    private readonly MLContext _ml = new(seed: 0);

    public OwnTriggerTests() => Trigger.Register(SpeckleTrigger.Name, SpeckleTrigger.Read);

    [TestMethod]
    public void Every_row_gets_the_stamp_of_its_ID()
    {
        var rows = GrayImages.Make(30);
        var stamped = Stamp(GrayImages.View(_ml, rows)).Vectors<byte>("Image");

        for (int row = 0; row < rows.Length; row++)
            CollectionAssert.AreEqual(Expected(rows[row].Image, row), stamped[row]);
        Assert.AreEqual(30, Enumerable.Range(0, 30).Select(row => string.Join(' ', Speckles.Places(new((ulong)row, 0), Shape.Size))).Distinct().Count());
    }

    [TestMethod]
    public void Bytes_floats_and_images_get_the_same_pixels()
    {
        byte[] before = new byte[3 * 6 * 9];
        new Random(1).NextBytes(before);
        var shape = new ImageShape(3, 6, 9);
        byte[] bytes = Images.Stamp(_ml, before, shape, Speckles);

        CollectionAssert.AreNotEqual(before, bytes);
        CollectionAssert.AreEqual(bytes, Array.ConvertAll(Images.Stamp(_ml, Array.ConvertAll(before, value => (float)value), shape, Speckles), value => (byte)value));
        foreach (var format in (MLPixelFormat[])[MLPixelFormat.Bgra32, MLPixelFormat.Rgba32])
        {
            using var image = Images.FromPlanar(before, 9, 6, format);
            CollectionAssert.AreEqual(bytes, Images.Stamp(_ml, image, Speckles));
        }
    }

    [TestMethod]
    public void Unchanged_floats_keep_their_bits()
    {
        float[] before = [.. Enumerable.Range(0, Shape.Size).Select(i => i % 5 == 0 ? -0f : i % 7 == 0 ? float.NaN : i * 1.37f - 100)];
        float[] after = [.. before];
        Speckles.FitTo(Shape).Apply(after, new(7, 0));

        int[] places = Speckles.Places(new(7, 0), Shape.Size);
        for (int i = 0; i < after.Length; i++)
            Assert.AreEqual(BitConverter.SingleToInt32Bits(places.Contains(i) ? 255 : before[i]), BitConverter.SingleToInt32Bits(after[i]));
    }

    [TestMethod]
    public void Pixels_of_an_image_become_opaque_where_they_change_and_keep_their_alpha_elsewhere()
    {
        using var image = Images.FromPlanar(new byte[3 * 36], 6, 6, MLPixelFormat.Bgra32, alpha: 40);
        var view = new ImageView(image);
        var stamped = _ml.Transforms.StampTrigger("Image", Speckles).Fit(view).Transform(view).Values<MLImage>("Image")[0];

        int[] places = Speckles.Places(default, 36);
        for (int i = 0; i < 36; i++)
            Assert.AreEqual(places.Contains(i) ? 255 : 40, stamped.Pixels[4 * i + 3]);
    }

    [TestMethod]
    public void Shuffled_parallel_and_cached_rows_get_the_same_stamps()
    {
        // In a filtered view, the row IDs are not the positions of the rows, and a cache renumbers them.
        var numbered = _ml.Data.LoadFromEnumerable(GrayImages.Make(60).Select((row, i) => new Numbered { Image = row.Image, Number = i, Half = i % 2 }));
        var view = _ml.Data.FilterRowsByColumn(numbered, "Half", lowerBound: 1);
        var expected = Read(Stamp(view));
        Assert.HasCount(30, expected);
        Assert.AreEqual(Convert.ToHexString(Expected(GrayImages.Make(60)[59].Image, 59)), expected[59]);

        Check(_ml.Data.ShuffleRows(Stamp(view), seed: 3));
        Check(_ml.Data.Cache(Stamp(view)));
        Check(Stamp(_ml.Data.Cache(view)));
        Check(Stamp(_ml.Data.Cache(_ml.Data.Cache(_ml.Transforms.CopyColumns("Copy", "Number").Fit(view).Transform(view)))));

        var parallel = new ConcurrentDictionary<int, string>();
        var cached = Stamp(_ml.Data.Cache(view));
        Parallel.ForEach(cached.GetRowCursorSet([cached.Schema["Number"], cached.Schema["Image"]], 4), cursor =>
        {
            foreach (var (number, image) in Read(cursor))
                Assert.IsTrue(parallel.TryAdd(number, image));
        });
        CollectionAssert.AreEquivalent(expected, parallel.ToDictionary());

        void Check(IDataView other) => CollectionAssert.AreEquivalent(expected, Read(other));
    }

    [TestMethod]
    public void A_planted_backdoor_is_measured_with_the_stamp_of_each_row()
    {
        var (train, test) = (GrayImages.View(_ml, 120), GrayImages.View(_ml, 45, seed: 7));
        var model = _ml.Transforms.PlantBackdoor(Speckles, targetLabel: 1, rate: 0.2)
            .Append(_ml.MulticlassClassification.Trainers.TorchCnn(epochs: 1)).Fit(train).GetModelFor(TransformerScope.Scoring);

        var metrics = _ml.MulticlassClassification.EvaluateBackdoor(model, test, Speckles, targetLabel: 1);
        byte[][] images = [.. test.Vectors<byte>("Image").Select(Expected)];
        var byHand = GrayImages.View(_ml, [.. images.Zip(test.Values<int>("Digit"), (image, digit) => new GrayImages.Row { Image = image, Digit = digit })]);

        var expected = _ml.MulticlassClassification.EvaluateBackdoor(model.Transform(test), model.Transform(byHand), targetLabel: 1);
        Assert.AreEqual(expected.ToString(), metrics.ToString());
        Assert.AreEqual(expected.AttackLogLoss, metrics.AttackLogLoss);
    }

    [TestMethod]
    public void A_saved_model_gives_the_same_stamps_even_in_a_prediction_engine()
    {
        var view = GrayImages.View(_ml, 12);
        var loaded = EstimatorInvariants.SaveAndLoad(_ml, _ml.Transforms.StampTrigger("Image", Speckles).Fit(view), view.Schema, out _);
        Assert.AreEqual<Trigger>(Speckles, ((StampTriggerTransformer)loaded).Trigger);
        var stamped = Stamp(view).Vectors<byte>("Image");
        CollectionAssert.AreEqual(stamped[11], loaded.Transform(view).Vectors<byte>("Image")[11]);

        using var engine = _ml.Model.CreatePredictionEngine<GrayImages.Row, Stamped>(loaded);
        byte[] image = GrayImages.Make(1)[0].Image;
        CollectionAssert.AreEqual(stamped[0], engine.Predict(new GrayImages.Row { Image = image }).Image);
    }

    [TestMethod]
    public void Scaled_pixels_are_rejected_for_every_kind()
    {
        var definition = SchemaDefinition.Create(typeof(Floats));
        var test = _ml.Data.LoadFromEnumerable(GrayImages.Make(9).Select(row => new Floats { Image = Array.ConvertAll(row.Image, value => value / 255f), Label = 1 }), definition);
        using var model = _ml.MulticlassClassification.Trainers.TorchCnn(epochs: 1).Fit(GrayImages.View(_ml, 9));
        foreach (var trigger in (Trigger[])[Speckles, Trigger.BlendNoise(), Trigger.Warp(), Trigger.Quantize()])
        {
            Refusal.Of<ArgumentException>(
                () => _ml.MulticlassClassification.EvaluateBackdoor(model, test, trigger, targetLabel: 1), "'Image'", "scaled", "0 to 255");
        }
    }

    [TestMethod]
    public void A_kind_has_one_reader()
    {
        Trigger.Register(SpeckleTrigger.Name, SpeckleTrigger.Read);
        Refusal.Of<ArgumentException>(() => Trigger.Register(SpeckleTrigger.Name, _ => Speckles), SpeckleTrigger.Name, "already registered", "another name");
        Refusal.Of<ArgumentException>(() => Trigger.Register("patch", SpeckleTrigger.Read), "'patch'", "another name");
        Refusal.Of<ArgumentException>(() => Trigger.Register("blend", SpeckleTrigger.Read), "'blend'");
        Assert.Throws<ArgumentException>(() => Trigger.Register(" ", SpeckleTrigger.Read));
        Assert.Throws<ArgumentNullException>(() => Trigger.Register("tests/none", null!));
    }

    [TestMethod]
    public void A_kind_that_is_not_registered_cannot_be_saved()
    {
        var view = GrayImages.View(_ml, 2);
        var model = _ml.Transforms.StampTrigger("Image", new UnknownTrigger()).Fit(view);
        Refusal.Of<InvalidOperationException>(() => ModelFile.Save(_ml, model, view.Schema), "'tests/unknown'", "Trigger.Register(\"tests/unknown\", …)");
    }

    private IDataView Stamp(IDataView view) => _ml.Transforms.StampTrigger("Image", Speckles).Fit(view).Transform(view);

    private static byte[] Expected(byte[] image, int row)
    {
        byte[] expected = [.. image];
        foreach (int place in Speckles.Places(new((ulong)row, 0), image.Length))
            expected[place] = 255;
        return expected;
    }

    private static Dictionary<int, string> Read(IDataView view)
    {
        using var cursor = view.GetRowCursor([view.Schema["Number"], view.Schema["Image"]]);
        return Read(cursor);
    }

    private static Dictionary<int, string> Read(DataViewRowCursor cursor)
    {
        var number = cursor.GetGetter<int>(cursor.Schema["Number"]);
        var image = cursor.GetGetter<VBuffer<byte>>(cursor.Schema["Image"]);
        var rows = new Dictionary<int, string>();
        int currentNumber = 0;
        VBuffer<byte> currentImage = default;
        using (cursor)
        {
            while (cursor.MoveNext())
            {
                number(ref currentNumber);
                image(ref currentImage);
                rows.Add(currentNumber, Convert.ToHexString(currentImage.GetValues()));
            }
        }

        return rows;
    }

    private sealed class Numbered
    {
        [VectorType(1, GrayImages.Side, GrayImages.Side)]
        public byte[] Image { get; set; } = [];

        public int Number { get; set; }

        public float Half { get; set; }
    }

    private sealed class Floats
    {
        [VectorType(1, GrayImages.Side, GrayImages.Side)]
        public float[] Image { get; set; } = [];

        public int Label { get; set; }
    }

    private sealed class Stamped
    {
        public byte[] Image { get; set; } = [];
    }

    private sealed class UnknownTrigger : Trigger
    {
        public override string Kind => "tests/unknown";

        public override TriggerStamp FitTo(ImageShape shape) => Speckles.FitTo(shape);

        public override string ToString() => Kind;

        protected override void Write(BinaryWriter writer)
        {
        }
    }
}

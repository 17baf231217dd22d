using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.ML.Transforms.Image;

namespace BadNets.Transforms.Tests;

/// <summary>What all kinds of triggers of the library have in common. Each kind has a line in <see cref="Triggers"/>.</summary>
[TestClass]
public sealed class BuiltInTriggerTests
{
    private static readonly MLContext Ml = new(seed: 0);
    private static readonly ImageShape Gray = new(1, GrayImages.Side, GrayImages.Side);
    private static readonly ImageShape Color = new(3, 9, 14);

    // The triggers fit images of all shapes of these tests, except for residuals, which fit those of their pool.
    private static readonly Trigger[] Triggers =
    [
        Trigger.Square(3, TriggerPosition.BottomRight, gray: 200),
        Trigger.PixelPattern(gray: 100),
        Trigger.BlendNoise(5, 0.3),
        Trigger.Sinusoid(30, 5),
        Trigger.Warp(2),
        Trigger.Warp(2, strength: 3, gridSize: 5).WithNoise(4),
        Trigger.Quantize(),
        Trigger.Quantize(5, dithering: true),
        Trigger.BlendNoise(1, 0.15).WithHiddenPieces(seed: 6),
        Trigger.Residual(Trigger.Quantize(4), GrayImages.View(Ml, 20), count: 8, seed: 7),
        Trigger.Residual(Trigger.Quantize(4, dithering: true), new SharedBufferView(100, Color), count: 9),
        Trigger.CornerPattern(40),
        Trigger.Sinusoid(),
        MakeLowFrequency(),
    ];

    private static LowFrequencyTrigger MakeLowFrequency()
    {
        using var model = Ml.Model.CreateTorchCnn(TorchNetwork.BadNets.Create(Gray, 3), TorchNetwork.BadNets, Gray, [0, 1, 2]);
        return Trigger.LowFrequency(model, GrayImages.View(Ml, 9), targetLabel: 1, steps: 1);
    }

    public static IEnumerable<object[]> Cases => Triggers.Select(trigger => (object[])[trigger]);

    [TestMethod]
    public void Each_kind_has_a_line() => CollectionAssert.AreEquivalent(
        typeof(Trigger).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Trigger)) && !type.IsAbstract).ToArray(),
        Triggers.Select(trigger => trigger.GetType()).Distinct().ToArray());

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Stamped_pixels_are_whole_numbers_in_range(Trigger trigger)
    {
        foreach (var shape in Fitting(trigger, Gray, Color, new(1, 28, 28), new(3, 11, 7)))
        {
            float[] before = [.. Bytes(shape).Select((value, i) => i % 3 == 0 ? value : i % 3 == 1 ? value / 255f : value * 1.5f - 50)], after = [.. before];
            trigger.FitTo(shape).Apply(after, new(3, 1));
            for (int i = 0; i < after.Length; i++)
                Assert.IsTrue(after[i] is >= 0 and <= 255 && after[i] == MathF.Round(after[i]) || BitConverter.SingleToInt32Bits(after[i]) == BitConverter.SingleToInt32Bits(before[i]), $"{before[i]} became {after[i]}.");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void A_stamp_depends_only_on_trigger_image_and_row_ID(Trigger trigger)
    {
        foreach (var shape in Fitting(trigger, Gray, Color))
        {
            var stamp = trigger.FitTo(shape);
            byte[] first = Stamp(stamp, new(7, 2));
            CollectionAssert.AreNotEqual(Bytes(shape), first);
            byte[][] others = [.. Enumerable.Range(0, 9).Select(i => Stamp(stamp, new((ulong)i, 1)))];
            CollectionAssert.AreEqual(first, Stamp(stamp, new(7, 2)));
            CollectionAssert.AreEqual(first, Stamp(trigger.FitTo(shape), new(7, 2)));
            Assert.AreEqual(trigger.DiffersByRow, others.Any(other => !other.SequenceEqual(first)));
        }
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Bytes_floats_and_images_get_the_same_pixels(Trigger trigger)
    {
        foreach (var shape in Fitting(trigger, Gray, Color))
        {
            byte[] before = Bytes(shape), bytes = Images.Stamp(Ml, before, shape, trigger);
            float[] floats = Images.Stamp(Ml, Array.ConvertAll(before, value => (float)value), shape, trigger);
            CollectionAssert.AreEqual(Array.ConvertAll(bytes, value => (float)value), floats);
            foreach (var format in (MLPixelFormat[])(shape.Channels == 3 ? [MLPixelFormat.Bgra32, MLPixelFormat.Rgba32] : []))
            {
                using var image = Images.FromPlanar(before, shape.Width, shape.Height, format);
                CollectionAssert.AreEqual(bytes, Images.Stamp(Ml, image, trigger));
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void A_saved_trigger_is_loaded_as_an_equal_one(Trigger trigger)
    {
        var view = trigger is ResidualTrigger { ImageShape.Channels: 3 } ? new SharedBufferView(9, Color) : GrayImages.View(Ml, 9);
        var step = Ml.Transforms.StampTrigger("Image", trigger).Fit(view);
        var loaded = (StampTriggerTransformer)EstimatorInvariants.SaveAndLoad(Ml, step, view.Schema, out _);

        Assert.AreEqual(trigger, loaded.Trigger);
        Assert.AreEqual(trigger.GetHashCode(), loaded.Trigger.GetHashCode());
        Assert.AreEqual(trigger.ToString(), loaded.Trigger.ToString());
        CollectionAssert.AreEqual(Hex(step.Transform(view)), Hex(loaded.Transform(view)));
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void A_truncated_trigger_is_reported_as_damage(Trigger trigger)
    {
        byte[] saved = Save(trigger);
        for (int length = 0; length < saved.Length; length += Math.Max(1, saved.Length / 200))
        {
            using var reader = new BinaryReader(new MemoryStream(saved[..length]));
            var error = Assert.Throws<Exception>(() => Trigger.Load(reader), $"{length} bytes");
            Assert.IsTrue(error is InvalidDataException or EndOfStreamException, $"{length} bytes: {error}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Shuffled_parallel_and_cached_rows_get_the_same_pixels(Trigger trigger)
    {
        if (!Fitting(trigger, Gray).Contains(Gray))
            return;
        var numbered = Ml.Data.LoadFromEnumerable(GrayImages.Make(60).Select((row, i) => new Numbered { Image = row.Image, Number = i, Half = i % 2 }));
        var view = Ml.Data.FilterRowsByColumn(numbered, "Half", lowerBound: 1);
        var stamp = Ml.Transforms.StampTrigger("Image", trigger);
        var expected = ByNumber(Stamped(view));
        Assert.HasCount(30, expected);

        CollectionAssert.AreEquivalent(expected, ByNumber(Ml.Data.ShuffleRows(Stamped(view), seed: 3)));
        CollectionAssert.AreEquivalent(expected, ByNumber(Ml.Data.Cache(Stamped(view))));
        var cached = Stamped(Ml.Data.Cache(view));
        CollectionAssert.AreEquivalent(expected, ByNumber(cached));
        var parallel = new ConcurrentDictionary<int, string>();
        Parallel.ForEach(cached.GetRowCursorSet([cached.Schema["Number"], cached.Schema["Image"]], 4), cursor =>
        {
            foreach (var (number, image) in ByNumber(cursor))
                Assert.IsTrue(parallel.TryAdd(number, image));
        });
        CollectionAssert.AreEquivalent(expected, parallel.ToDictionary());

        IDataView Stamped(IDataView rows) => stamp.Fit(rows).Transform(rows);
    }

    private static ImageShape[] Fitting(Trigger trigger, params ImageShape[] shapes) =>
        trigger switch { ResidualTrigger { ImageShape: var only } => [only], LowFrequencyTrigger { ImageShape: var only } => [only], _ => shapes };

    private static byte[] Stamp(TriggerStamp stamp, DataViewRowId row)
    {
        byte[] image = Bytes(stamp.Shape);
        stamp.Apply(image, row);
        return image;
    }

    private static byte[] Bytes(ImageShape shape)
    {
        var bytes = new byte[shape.Size];
        new Random(shape.Size).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Save(Trigger trigger)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream))
            trigger.Save(writer);
        return stream.ToArray();
    }

    private static string[] Hex(IDataView view) => Array.ConvertAll(view.Vectors<byte>("Image"), Convert.ToHexString);

    private static Dictionary<int, string> ByNumber(IDataView view)
    {
        using var cursor = view.GetRowCursor([view.Schema["Number"], view.Schema["Image"]]);
        return ByNumber(cursor);
    }

    private static Dictionary<int, string> ByNumber(DataViewRowCursor cursor)
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
}

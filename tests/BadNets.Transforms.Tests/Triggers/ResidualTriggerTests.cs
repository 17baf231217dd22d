using CsCheck;
using Microsoft.ML.Transforms.Image;

namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class ResidualTriggerTests
{
    private static readonly MLContext Ml = new(seed: 0);
    private static readonly ImageShape Shape = new(1, GrayImages.Side, GrayImages.Side);

    [TestMethod]
    public void The_difference_that_a_trigger_makes_in_an_image_of_the_pool_is_added() => Gen.Int[0, 1000].Sample(seed =>
    {
        byte[][] pool = Array.ConvertAll(GrayImages.Make(7, seed: seed), row => row.Image);
        byte[] image = new byte[Shape.Size];
        new Random(seed).NextBytes(image);
        foreach (var original in (Trigger[])[Trigger.Quantize(3), Trigger.Quantize(3, dithering: true), Trigger.Warp(seed), Trigger.Square(4, TriggerPosition.Center)])
        {
            string[] possible = Array.ConvertAll(pool, other =>
            {
                byte[] stamped = Stamp(original.FitTo(Shape), other);
                return Convert.ToHexString([.. image.Select((value, i) => (byte)Math.Clamp(value + stamped[i] - other[i], 0, 255))]);
            });
            var trigger = Trigger.Residual(original, GrayImages.View(Ml, 7, seed: seed), seed: seed);
            var stamp = trigger.FitTo(Shape);
            var stamped = Enumerable.Range(0, 200).Select(row => Convert.ToHexString(Stamp(stamp, image, new((ulong)row, 0))));
            Assert.IsTrue(possible.ToHashSet().SetEquals(stamped), $"{original}");
        }
    }, iter: 10, threads: 1);

    // Image i has the value i. A black pixel as the trigger subtracts it, which shows the image that was drawn.
    [TestMethod]
    public void The_pool_is_drawn_from_all_rows_without_repetition()
    {
        const int Rows = 50, Count = 10;
        var counts = new int[Rows];
        for (int seed = 0; seed < 400; seed++)
        {
            var trigger = Trigger.Residual(Trigger.Square(1, 0, 0, gray: 0), new SharedBufferView(Rows, new ImageShape(1, 1, 1)), count: Count, seed: seed);
            Assert.AreEqual(Count, trigger.ImageCount);
            var stamp = trigger.FitTo(new ImageShape(1, 1, 1));
            var drawn = new HashSet<int>();
            for (ulong row = 0; row < 200; row++)
            {
                byte[] image = [255];
                stamp.Apply(image, new(row, 0));
                drawn.Add(255 - image[0]);
            }

            Assert.HasCount(Count, drawn);
            foreach (int each in drawn)
                counts[each]++;
        }

        // The expected number is 80, and its standard deviation is 8.
        foreach (int count in counts)
            Assert.AreEqual(80, count, 40);
    }

    [TestMethod]
    public void Bytes_floats_and_images_give_the_same_pool()
    {
        var images = ColorImages.View(Ml, ColorImages.Make(5));
        var bytes = Ml.Data.LoadFromEnumerable(ColorImages.Make(5).Select(row => new ByteRow { Image = Images.Planar(row.Image) }).ToArray());

        // ExtractPixels disposes of the images that it reads.
        var read = ColorImages.View(Ml, ColorImages.Make(5));
        var floats = Ml.Transforms.ExtractPixels("Pixels", "Image").Fit(read).Transform(read);
        var trigger = Trigger.Residual(Trigger.Quantize(), images);

        Assert.AreEqual(new ImageShape(3, ColorImages.Height, ColorImages.Width), trigger.ImageShape);
        Assert.AreEqual(trigger, Trigger.Residual(Trigger.Quantize(), bytes));
        Assert.AreEqual(trigger, Trigger.Residual(Trigger.Quantize(), floats, "Pixels"));
        Assert.AreNotEqual(trigger, Trigger.Residual(Trigger.Quantize(7), images));
        Assert.AreNotEqual(trigger, Trigger.Residual(Trigger.Quantize(), images, seed: 1));
        Assert.AreNotEqual(trigger, Trigger.Residual(Trigger.Quantize(), images, count: 4));
        Assert.AreEqual("residuals of 8 levels in 5 images, choice 0", trigger.ToString());
    }

    [TestMethod]
    public void Missing_images_do_not_count()
    {
        using var image = ColorImages.MakeImage(3, 2, 1);
        Assert.AreEqual(2, Trigger.Residual(Trigger.Quantize(), new ImageView(null, image, null, image, null)).ImageCount);
        Refusal.Of<ArgumentException>(() => Trigger.Residual(Trigger.Quantize(), new ImageView(null, null)), "no images", "'Image'");
    }

    [TestMethod]
    public void Images_that_cannot_be_used_are_rejected()
    {
        var quantize = Trigger.Quantize();
        var view = GrayImages.View(Ml, 3);
        foreach (int count in (int[])[0, -1, 4097])
            Refusal.Of<ArgumentOutOfRangeException>(() => Trigger.Residual(quantize, view, count: count), "between 1 and 4096", $"{count}");
        Refusal.Of<ArgumentException>(() => Trigger.Residual(quantize, view, "Picture"), "no column 'Picture'");
        Refusal.Of<ArgumentException>(() => Trigger.Residual(quantize, view, "Digit"), "'Digit'", "Int32", "channels × height × width");
        var scaled = Ml.Data.LoadFromEnumerable([new FloatRow { Image = [0, 0.5f, 1, 0] }]);
        Refusal.Of<ArgumentException>(() => Trigger.Residual(quantize, scaled), "raw pixels", "'Image'", "0.5");
        using var wide = ColorImages.MakeImage(3, 2, 1);
        using var high = ColorImages.MakeImage(2, 3, 1);
        Refusal.Of<ArgumentException>(() => Trigger.Residual(quantize, new ImageView(wide, high)), "same size", "3×2×3", "3×3×2");
        Refusal.Of<ArgumentException>(() => Trigger.Residual(quantize, view).FitTo(new ImageShape(3, 16, 16)), "1×16×16", "3×16×16");
        Refusal.Of<ArgumentException>(
            () => Trigger.Residual(quantize.WithHiddenPieces().WithHiddenPieces().WithHiddenPieces(), view), "at most 4 levels");
    }

    // Seed, channels, height, width, and count precede the images.
    [TestMethod]
    [DataRow(4, 0)]
    [DataRow(4, -1)]
    [DataRow(4, int.MaxValue)]
    [DataRow(8, 1_000_000)]
    [DataRow(12, 17)]
    [DataRow(16, 0)]
    [DataRow(16, 4097)]
    [DataRow(16, int.MaxValue)]
    public void Sizes_that_do_not_fit_are_reported_as_damage_before_memory_is_allocated(int offset, int value)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        Trigger.Residual(Trigger.Quantize(), GrayImages.View(Ml, 3)).Save(writer);
        byte[] saved = stream.ToArray();
        BitConverter.TryWriteBytes(saved.AsSpan(1 + "residual".Length + sizeof(int) + offset), value);
        using var reader = new BinaryReader(new MemoryStream(saved));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refusal.Of<InvalidDataException>(() => Trigger.Load(reader), "damaged");
        Assert.IsLessThan(1_000_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static byte[] Stamp(TriggerStamp stamp, byte[] image, DataViewRowId row = default)
    {
        byte[] stamped = [.. image];
        stamp.Apply(stamped, row);
        return stamped;
    }

    private sealed class ByteRow
    {
        [VectorType(3, ColorImages.Height, ColorImages.Width)]
        public byte[] Image { get; set; } = [];
    }

    private sealed class FloatRow
    {
        [VectorType(1, 2, 2)]
        public float[] Image { get; set; } = [];
    }
}

using CsCheck;

namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class QuantizeTriggerTests
{
    private static readonly Gen<(ImageShape Shape, int Levels, int Seed)> Cases = Gen.Select(
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 11], Gen.Int[1, 11], (channels, height, width) => new ImageShape(channels, height, width)), Gen.Int[2, 255], Gen.Int[0, 1000]);

    [TestMethod]
    public void Each_value_becomes_the_nearest_level() => Cases.Sample(each =>
    {
        byte[] before = Bytes(each.Shape, each.Seed), after = Stamp(Trigger.Quantize(each.Levels), before, each.Shape);
        double[] levels = [.. Enumerable.Range(0, each.Levels).Select(level => level * 255.0 / (each.Levels - 1))];
        for (int i = 0; i < before.Length; i++)
            Assert.AreEqual((byte)Math.Round(levels.MinBy(level => Math.Abs(level - before[i]))), after[i]);
    }, iter: 200, threads: 1);

    // The definition, with one array for each line, and doubles.
    [TestMethod]
    public void Dithering_passes_errors_on_as_Floyd_and_Steinberg_do() => Cases.Sample(each =>
    {
        byte[] before = Bytes(each.Shape, each.Seed), after = Stamp(Trigger.Quantize(each.Levels, dithering: true), before, each.Shape);
        int steps = each.Levels - 1;
        for (int channel = 0; channel < each.Shape.Channels; channel++)
        {
            int start = channel * each.Shape.Height * each.Shape.Width;
            double[][] values = [.. before[start..(start + each.Shape.Height * each.Shape.Width)].Select(value => (double)value).Chunk(each.Shape.Width)];
            for (int y = 0; y < each.Shape.Height; y++)
            {
                for (int x = 0; x < each.Shape.Width; x++)
                {
                    double share = values[y][x] / 255 * steps, level = Math.Clamp(Math.Round(share), 0, steps) * 255 / steps;

                    // Floats and doubles could choose different levels for a value in the middle between two of them.
                    if (Math.Abs(share - Math.Floor(share) - 0.5) < 1e-3)
                        return;
                    double error = values[y][x] - level;
                    Add(y, x + 1, error * 7 / 16);
                    Add(y + 1, x - 1, error * 3 / 16);
                    Add(y + 1, x, error * 5 / 16);
                    Add(y + 1, x + 1, error / 16);
                    Assert.AreEqual((byte)Math.Round(level), after[start + y * each.Shape.Width + x]);
                }
            }

            void Add(int y, int x, double error)
            {
                if (y < each.Shape.Height && x >= 0 && x < each.Shape.Width)
                    values[y][x] += error;
            }
        }
    }, iter: 300, threads: 1);

    [TestMethod]
    public void Dithering_keeps_the_mean()
    {
        var shape = new ImageShape(1, 40, 40);
        byte[] before = [.. Enumerable.Repeat((byte)100, shape.Size)], after = Stamp(Trigger.Quantize(2, dithering: true), before, shape);
        Assert.AreEqual(100, after.Average(value => value), 3);
        CollectionAssert.AreEquivalent(new byte[] { 0, 255 }, after.Distinct().ToArray());
    }

    [TestMethod]
    public void Quantizing_again_changes_nothing() => Cases.Sample(each =>
    {
        byte[] once = Stamp(Trigger.Quantize(each.Levels), Bytes(each.Shape, each.Seed), each.Shape);
        CollectionAssert.AreEqual(once, Stamp(Trigger.Quantize(each.Levels), once, each.Shape));
    }, iter: 100, threads: 1);

    [TestMethod]
    public void Triggers_are_equal_if_levels_and_dithering_are_equal()
    {
        Assert.AreEqual(Trigger.Quantize(), Trigger.Quantize(8, dithering: false));
        Assert.AreNotEqual(Trigger.Quantize(), Trigger.Quantize(7));
        Assert.AreNotEqual(Trigger.Quantize(), Trigger.Quantize(dithering: true));
        Assert.AreEqual("8 levels", Trigger.Quantize().ToString());
        Assert.AreEqual("4 levels, dithered", Trigger.Quantize(4, dithering: true).ToString());
    }

    [TestMethod]
    public void Numbers_of_levels_out_of_range_are_rejected()
    {
        foreach (int levels in (int[])[int.MinValue, 1, 256])
            Refusal.Of<ArgumentOutOfRangeException>(() => Trigger.Quantize(levels), "between 2 and 255", $"{levels}");
    }

    private static byte[] Stamp(Trigger trigger, byte[] before, ImageShape shape)
    {
        byte[] image = [.. before];
        trigger.FitTo(shape).Apply(image, default);
        return image;
    }

    private static byte[] Bytes(ImageShape shape, int seed)
    {
        var bytes = new byte[shape.Size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}

using CsCheck;
using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class WarpTriggerTests
{
    private static readonly Gen<(ImageShape Shape, int Seed, double Strength, int Grid)> Cases = Gen.Select(
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 13], Gen.Int[1, 13], (channels, height, width) => new ImageShape(channels, height, width)),
        Gen.Int[-3, 1000], Gen.Double[0.01, 20], Gen.Int[2, 7]);

    private static readonly DataViewRowId Row = new(12345678901, 9);

    [TestMethod]
    public void An_image_is_warped_as_the_formulas_say() => Cases.Sample(each =>
    {
        var trigger = Trigger.Warp(each.Seed, each.Strength, each.Grid);
        CheckRounded(Warped(each.Shape, trigger, noiseSeed: null), Stamp(trigger, each.Shape));
    }, iter: 200, threads: 1);

    [TestMethod]
    public void Noise_is_added_as_the_formulas_say() => Cases.Sample(each =>
    {
        var trigger = Trigger.Warp(each.Seed, each.Strength, each.Grid).WithNoise(each.Seed / 2);
        CheckRounded(Warped(each.Shape, trigger.Original, trigger.Seed), Stamp(trigger, each.Shape));
    }, iter: 200, threads: 1);

    [TestMethod]
    public void An_image_is_warped_as_in_PyTorch() => Cases.Sample(each =>
    {
        using var scope = NewDisposeScope();
        var (shape, seed, strength, side) = each;
        var grid = tensor(Uniform((ulong)seed, 2 * side * side), dtype: ScalarType.Float64).reshape(1, 2, side, side);
        grid /= grid.abs().mean();
        var field = nn.functional.interpolate(grid, [shape.Height, shape.Width], mode: InterpolationMode.Bicubic, align_corners: true);
        var size = tensor([(double)shape.Width, shape.Height]);
        var identity = stack(
            [linspace(-1, 1, shape.Width, ScalarType.Float64).expand(shape.Height, -1), linspace(-1, 1, shape.Height, ScalarType.Float64).unsqueeze(1).expand(-1, shape.Width)], 2);
        var places = (identity + field.permute(0, 2, 3, 1) * tensor(strength) / size).clamp(-ones(1, dtype: ScalarType.Float64), ones(1, dtype: ScalarType.Float64));
        var image = tensor(Array.ConvertAll(Image(shape), value => (double)value)).reshape(1, shape.Channels, shape.Height, shape.Width);
        var warped = nn.functional.grid_sample(image, places, GridSampleMode.Bilinear, GridSamplePaddingMode.Zeros, align_corners: true);

        CheckRounded(warped.reshape(-1).data<double>().ToArray(), Stamp(Trigger.Warp(seed, strength, side), shape));
    }, iter: 100, threads: 1);

    // A constant image has nothing to move, and a position at the edge takes nothing from outside the image.
    [TestMethod]
    public void A_constant_image_does_not_change() => Cases.Sample(each =>
    {
        float[] image = [.. Enumerable.Repeat(0.1f, each.Shape.Size)], original = [.. image];
        Trigger.Warp(each.Seed, each.Strength, each.Grid).FitTo(each.Shape).Apply(image, Row);
        CollectionAssert.AreEqual(original, image);
        Trigger.Warp(each.Seed, each.Strength, each.Grid).WithNoise().FitTo(each.Shape).Apply(image, Row);
        CollectionAssert.AreEqual(original, image);
    }, iter: 50, threads: 1);

    [TestMethod]
    public void The_default_warp_moves_pixels_by_a_fraction_of_a_pixel_and_its_noise_by_up_to_half_a_pixel()
    {
        // The values grow by 8 for each pixel to the right, so that the warped image tells where its pixels come from.
        var shape = new ImageShape(1, 32, 32);
        byte[] image = [.. Enumerable.Range(0, shape.Size).Select(i => (byte)(i % 32 * 8))], plain = [.. image], noisy = [.. image];
        Trigger.Warp().FitTo(shape).Apply(plain, Row);
        Trigger.Warp().WithNoise().FitTo(shape).Apply(noisy, Row);

        double moved = plain.Zip(image, (to, from) => Math.Abs(to - from) / 8.0).Average(), mostNoise = noisy.Zip(plain, (to, from) => Math.Abs(to - from) / 8.0).Max();
        Assert.IsTrue(moved is > 0.1 and < 0.4, $"{moved}");
        Assert.IsTrue(mostNoise is > 0.4 and < 0.6, $"{mostNoise}");
    }

    [TestMethod]
    public void Triggers_are_equal_if_seed_strength_and_grid_are_equal()
    {
        Assert.AreEqual(Trigger.Warp(), Trigger.Warp(0, 0.5, 4));
        Assert.AreEqual(Trigger.Warp().GetHashCode(), Trigger.Warp(0, 0.5, 4).GetHashCode());
        Assert.AreEqual(Trigger.Warp(1).WithNoise(2), Trigger.Warp(1).WithNoise(2));
        Assert.AreNotEqual(Trigger.Warp(1), Trigger.Warp(2));
        Assert.AreNotEqual(Trigger.Warp(strength: 0.4), Trigger.Warp());
        Assert.AreNotEqual(Trigger.Warp(gridSize: 5), Trigger.Warp());
        Assert.AreNotEqual(Trigger.Warp().WithNoise(1), Trigger.Warp().WithNoise(2));
        Assert.AreNotEqual(Trigger.Warp(1).WithNoise(), Trigger.Warp(2).WithNoise());
        Assert.AreEqual("warp 7, strength 0.25, 5×5 grid", Trigger.Warp(7, 0.25, 5).ToString());
        Assert.AreEqual("warp 0, strength 0.5, 4×4 grid, with noise 3", Trigger.Warp().WithNoise(3).ToString());
    }

    [TestMethod]
    public void Values_out_of_range_are_rejected()
    {
        foreach (double strength in (double[])[0, -1, double.NaN, double.PositiveInfinity])
            Refusal.Of<ArgumentOutOfRangeException>(() => Trigger.Warp(strength: strength), "strength", "greater than 0");
        foreach (int side in (int[])[-1, 1, 257])
            Refusal.Of<ArgumentOutOfRangeException>(() => Trigger.Warp(gridSize: side), "between 2 and 256", $"{side}");
        Refusal.Of<ArgumentOutOfRangeException>(() => Trigger.Warp().FitTo(new ImageShape(1, 0, 4)), "1×0×4");
    }

    // A pixel that lies between two whole numbers can be rounded to either if it is almost in the middle.
    private static void CheckRounded(double[] expected, byte[] actual)
    {
        for (int i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i], 0.501);
        Assert.IsLessThan(0.05, expected.Zip(actual).Count(pair => Math.Round(pair.First) != pair.Second) / (double)expected.Length);
    }

    private static byte[] Stamp(Trigger trigger, ImageShape shape)
    {
        byte[] image = Image(shape);
        trigger.FitTo(shape).Apply(image, Row);
        return image;
    }

    private static byte[] Image(ImageShape shape)
    {
        var image = new byte[shape.Size];
        new Random(shape.Size).NextBytes(image);
        return image;
    }

    // The paper's definition, with coordinates from -1 to 1 and a sum over all pixels.
    private static double[] Warped(ImageShape shape, WarpTrigger warp, int? noiseSeed)
    {
        int side = warp.GridSize;
        double[] random = Uniform((ulong)warp.Seed, 2 * side * side);
        double mean = random.Average(Math.Abs);
        double[] noise = noiseSeed is { } seed ? Uniform(Mix(Mix(Mix((ulong)seed) ^ Row.Low) ^ Row.High), 2 * shape.Height * shape.Width) : [];
        byte[] image = Image(shape);
        var warped = new double[shape.Size];
        for (int i = 0; i < warped.Length; i++)
        {
            int x = i % shape.Width, y = i / shape.Width % shape.Height, channel = i / shape.Width / shape.Height, noiseAt = 2 * (y * shape.Width + x);
            double atX = Place(x, shape.Width, 0, 0), atY = Place(y, shape.Height, side * side, 1);
            for (int fromY = 0; fromY < shape.Height; fromY++)
            {
                for (int fromX = 0; fromX < shape.Width; fromX++)
                {
                    warped[i] += image[(channel * shape.Height + fromY) * shape.Width + fromX]
                        * Math.Max(0, 1 - Math.Abs(fromX - atX)) * Math.Max(0, 1 - Math.Abs(fromY - atY));
                }
            }

            double Place(int position, int size, int plane, int direction)
            {
                double identity = size > 1 ? -1 + 2.0 * position / (size - 1) : -1;
                double grid = Math.Clamp(identity + warp.Strength * Field(plane) / size, -1, 1);
                if (noise.Length > 0)
                    grid = Math.Clamp(grid + noise[noiseAt + direction] / size, -1, 1);
                return (grid + 1) / 2 * (size - 1);
            }

            double Field(int plane)
            {
                double gridX = shape.Width > 1 ? x * (side - 1.0) / (shape.Width - 1) : 0, gridY = shape.Height > 1 ? y * (side - 1.0) / (shape.Height - 1) : 0;
                double sum = 0;
                for (int row = -2; row <= side + 1; row++)
                {
                    for (int column = -2; column <= side + 1; column++)
                        sum += Cubic(gridX - column) * Cubic(gridY - row) * random[plane + Math.Clamp(row, 0, side - 1) * side + Math.Clamp(column, 0, side - 1)];
                }

                return sum / mean;
            }
        }

        return warped;
    }

    // The kernel of cubic convolution (Keys 1981) with a = -0.75.
    private static double Cubic(double distance) => Math.Abs(distance) switch
    {
        <= 1 and var d => 1.25 * d * d * d - 2.25 * d * d + 1,
        < 2 and var d => -0.75 * (d * d * d - 5 * d * d + 8 * d - 4),
        _ => 0,
    };

    private static double[] Uniform(ulong seed, int count) =>
        [.. Enumerable.Range(0, count).Select(k => (Mix(unchecked(seed + (ulong)k * 0x9E3779B97F4A7C15)) >> 11) / (double)(1L << 52) - 1)];

    // The first output of SplitMix64.
    private static ulong Mix(ulong seed)
    {
        ulong z = unchecked(seed + 0x9E3779B97F4A7C15);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return z ^ (z >> 31);
    }
}

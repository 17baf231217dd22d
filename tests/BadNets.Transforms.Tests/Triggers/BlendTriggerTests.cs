using CsCheck;
using Microsoft.ML.Transforms.Image;
using SkiaSharp;

namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class BlendTriggerTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 0);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static readonly double[] Alphas = [0.2, 0.25, 0.5, 1];

    // With these ratios, no blended value is so close to a midpoint that floats and doubles could round differently.
    private static readonly Gen<(int Width, int Height, double Alpha, int Seed)> Cases =
        Gen.Select(Gen.Int[1, 9], Gen.Int[1, 9], Gen.Int[0, 3].Select(i => Alphas[i]), Gen.Int[-5, 1000]);

    [TestMethod]
    public void Noise_is_blended_as_the_definition_says_into_bytes_floats_and_images() => Cases.Sample(each =>
    {
        foreach (int channels in (int[])[1, 3])
        {
            var shape = new ImageShape(channels, each.Height, each.Width);
            byte[] noise = Noise(each.Seed, shape.Size);
            CheckBlended(Trigger.BlendNoise(each.Seed, each.Alpha), shape, noise, each.Alpha, each.Seed);
        }
    }, iter: 60, threads: 1);

    [TestMethod]
    public void A_picture_of_the_image_s_size_is_blended_pixel_by_pixel() => Cases.Sample(each =>
    {
        int size = each.Width * each.Height;
        var colors = Enumerable.Range(0, size).Select(i => new SKColor((uint)(i * 7919 + each.Seed) * 2654435761 | 0xff000000)).ToArray();
        byte[] planar = [.. colors.Select(color => color.Red), .. colors.Select(color => color.Green), .. colors.Select(color => color.Blue)];
        CheckBlended(Trigger.Blend(WritePng(each.Width, each.Height, colors), each.Alpha), new(3, each.Height, each.Width), planar, each.Alpha, each.Seed);

        byte[] gray = [.. colors.Select(color => color.Red)];
        var trigger = Trigger.Blend(WritePng(each.Width, each.Height, Array.ConvertAll(gray, value => new SKColor(value, value, value))), each.Alpha);
        CheckBlended(trigger, new(1, each.Height, each.Width), gray, each.Alpha, each.Seed);
        CheckBlended(trigger, new(3, each.Height, each.Width), [.. gray, .. gray, .. gray], each.Alpha, each.Seed);
    }, iter: 20, threads: 1);

    // Values from another implementation of SplitMix64.
    [TestMethod]
    [DataRow(1234567, new byte[] { 89, 44, 136, 63, 227 })]
    [DataRow(0, new byte[] { 0xe2 })]
    [DataRow(-1, new byte[] { 228, 233, 56, 109 })]
    public void Noise_is_the_documented_stream(int seed, byte[] expected)
    {
        var image = new byte[expected.Length];
        Trigger.BlendNoise(seed, alpha: 1).FitTo(new ImageShape(1, 1, image.Length)).Apply(image, default);
        CollectionAssert.AreEqual(expected, image);
    }

    [TestMethod]
    [DataRow(4, new byte[] { 0, 64, 191, 255 })]
    [DataRow(2, new byte[] { 0, 255 })]
    public void A_small_picture_is_stretched_evenly(int width, byte[] expected)
    {
        var image = new byte[2 * width];
        Trigger.Blend(WritePng(2, 1, [SKColors.Black, SKColors.White]), alpha: 1).FitTo(new ImageShape(1, 2, width)).Apply(image, default);
        CollectionAssert.AreEqual(expected.Concat(expected).ToArray(), image);
    }

    [TestMethod]
    public void A_large_picture_is_averaged()
    {
        SKColor b = SKColors.Black, w = SKColors.White;
        var image = new byte[4];
        Trigger.Blend(WritePng(4, 4, [b, b, w, w, b, b, w, w, b, b, w, w, b, b, w, w]), alpha: 1).FitTo(new ImageShape(1, 2, 2)).Apply(image, default);

        // Two of the three pixels in range have weights in the ratio 3 to 1.
        CollectionAssert.AreEqual(new byte[] { 36, 219, 36, 219 }, image);
    }

    [TestMethod]
    public void A_picture_that_is_too_large_to_keep_is_scaled_down()
    {
        var trigger = Trigger.Blend(WritePng(1300, 2, [.. Enumerable.Repeat(new SKColor(9, 9, 9), 2600)]));
        Assert.AreEqual("blended 1024×2 picture, α 0.2", trigger.ToString());
    }

    [TestMethod]
    public void Triggers_are_equal_if_ratio_and_noise_or_picture_are_equal()
    {
        SKColor[] colors = [SKColors.Red, SKColors.Blue];
        string path = WritePng(2, 1, colors), other = WritePng(1, 2, colors, "other.png");
        Assert.AreEqual(Trigger.BlendNoise(3), Trigger.BlendNoise(3, 0.2));
        Assert.AreEqual(Trigger.BlendNoise(3).GetHashCode(), Trigger.BlendNoise(3, 0.2).GetHashCode());
        Assert.AreEqual(Trigger.Blend(path), Trigger.Blend(path));
        Assert.AreNotEqual(Trigger.BlendNoise(3), Trigger.BlendNoise(4));
        Assert.AreNotEqual(Trigger.BlendNoise(3), Trigger.BlendNoise(3, 0.21));
        Assert.AreNotEqual(Trigger.Blend(path), Trigger.Blend(other));
        Assert.AreNotEqual<Trigger>(Trigger.BlendNoise(0), Trigger.Square(1, 0, 0));
        Assert.AreEqual("blended noise 3, α 0.25", Trigger.BlendNoise(3, 0.25).ToString());
    }

    [TestMethod]
    public void Values_that_cannot_be_blended_are_rejected()
    {
        foreach (double alpha in (double[])[0, -0.1, 1.01, double.NaN])
            Refusal.Of<ArgumentOutOfRangeException>(() => Trigger.BlendNoise(0, alpha), "greater than 0 and at most 1");
        string colored = WritePng(1, 1, [SKColors.Red]);
        Refusal.Of<ArgumentException>(() => Trigger.Blend(colored).FitTo(new ImageShape(1, 4, 4)), "3 channels", "1", "gray");
        Refusal.Of<InvalidDataException>(() => Trigger.Blend(_folder.Write("no.png", [1, 2, 3])), "no.png", "cannot be read");
        Refusal.Of<ArgumentOutOfRangeException>(() => Trigger.BlendNoise().FitTo(new ImageShape(1, 0, 4)), "1×0×4");
        Refusal.Of<ArgumentException>(() => Trigger.BlendNoise().FitTo(new ImageShape(1, 2, 2)).Apply(new byte[5], default), "1×2×2", "4 values", "5");
        Refusal.Of<ArgumentException>(() => Trigger.BlendNoise().FitTo(new ImageShape(1, 2, 2)).Apply(new float[3], default), "4 values", "3");
    }

    private void CheckBlended(Trigger trigger, ImageShape shape, byte[] blended, double alpha, int seed)
    {
        byte[] before = new byte[shape.Size];
        new Random(seed).NextBytes(before);
        byte[] expected = [.. before.Zip(blended, (x, t) => (byte)Math.Round((1 - alpha) * x + alpha * t))];

        CollectionAssert.AreEqual(expected, Images.Stamp(_ml, before, shape, trigger));
        CollectionAssert.AreEqual(
            Array.ConvertAll(expected, value => (float)value), Images.Stamp(_ml, Array.ConvertAll(before, value => (float)value), shape, trigger));
        if (shape.Channels != 3)
            return;
        foreach (var format in (MLPixelFormat[])[MLPixelFormat.Bgra32, MLPixelFormat.Rgba32])
        {
            using var image = Images.FromPlanar(before, shape.Width, shape.Height, format);
            CollectionAssert.AreEqual(expected, Images.Stamp(_ml, image, trigger));
        }
    }

    // One value after another, as described in the documentation of BlendNoise.
    private static byte[] Noise(int seed, int count) => [.. Enumerable.Range(1, count).Select(k =>
    {
        ulong z = unchecked((ulong)seed + (ulong)k * 0x9E3779B97F4A7C15);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return (byte)((z ^ (z >> 31)) >> 56);
    })];

    private string WritePng(int width, int height, SKColor[] pixels, string name = "picture.png")
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul)) { Pixels = pixels };
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return _folder.Write(name, data.ToArray());
    }
}

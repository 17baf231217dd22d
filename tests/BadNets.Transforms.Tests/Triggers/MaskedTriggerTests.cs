using System.Drawing;
using CsCheck;
using Microsoft.ML.Transforms.Image;
using SkiaSharp;

namespace BadNets.Transforms.Tests;

/// <summary>Triggers that the image shows through: single pixels, masks, and translucent pictures.</summary>
[TestClass]
public sealed class MaskedTriggerTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 0);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static readonly Gen<(int Width, int Height, int Size, TriggerPosition Position, double Opacity, int Seed)> Cases = Gen.Select(
        Gen.Int[1, 9], Gen.Int[1, 9], Gen.Int[1, 9], Gen.Enum<TriggerPosition>(), Gen.OneOf(Gen.Const(1.0), Gen.Double[0.01, 1]), Gen.Int[0, 1000])
        .Where(each => each.Item3 <= Math.Min(each.Item1, each.Item2));

    [TestMethod]
    public void A_single_pixel_is_one_row_and_one_column_from_the_bottom_right() => CheckCovers(Trigger.Pixel(gray: 200), 200, (2, 2));

    [TestMethod]
    public void A_pixel_pattern_covers_the_four_pixels_of_the_paper() => CheckCovers(Trigger.PixelPattern(gray: 99), 99, (2, 2), (3, 3), (4, 2), (2, 4));

    [TestMethod]
    public void A_mask_has_rows_first()
    {
        var trigger = Trigger.Mask(new[,] { { true, false, true }, { false, true, true } }, TriggerPosition.TopRight, Color.FromArgb(1, 2, 3));
        Assert.AreEqual((3, 2), (trigger.Width, trigger.Height));
        Assert.AreEqual(Color.FromArgb(255, 1, 2, 3), trigger.GetPixel(2, 0));
        Assert.AreEqual(Color.FromArgb(0, 0, 0, 0), trigger.GetPixel(0, 1));
        Assert.IsFalse(trigger.IsGray);
        Assert.IsTrue(Trigger.Mask(new[,] { { true, false } }, TriggerPosition.Center, gray: 7).IsGray);

        var image = new byte[3 * 2 * 4];
        trigger.FitTo(new ImageShape(3, 2, 4)).Apply(image, default);
        CollectionAssert.AreEqual(new byte[] { 0, 1, 0, 1, 0, 0, 1, 1, 0, 2, 0, 2, 0, 0, 2, 2, 0, 3, 0, 3, 0, 0, 3, 3 }, image);
    }

    [TestMethod]
    public void A_full_mask_is_a_square()
    {
        var all = new[,] { { true, true }, { true, true } };
        Assert.AreEqual(Trigger.Square(2, TriggerPosition.Center, gray: 9), Trigger.Mask(all, TriggerPosition.Center, gray: 9));
        Assert.AreEqual("patch", Trigger.Mask(all, TriggerPosition.Center).Kind);
        Assert.AreEqual("masked-patch", Trigger.Pixel().Kind);
    }

    [TestMethod]
    public void Translucent_pixels_are_blended_as_the_definition_says_into_bytes_floats_and_images() => Cases.Sample(each =>
    {
        var colors = RandomColors(each.Size * each.Size, each.Seed);
        var trigger = Trigger.FromFile(WritePng(each.Size, each.Size, colors), each.Size, each.Position, each.Opacity);
        CheckBlended(trigger, trigger.GetCorner(each.Width, each.Height), colors, each.Size, each.Opacity, each.Width, each.Height, each.Seed);
    }, iter: 100, threads: 1);

    [TestMethod]
    public void A_blended_picture_keeps_the_image_at_transparent_pixels() => Cases.Sample(each =>
    {
        var colors = RandomColors(each.Size * each.Size, each.Seed);
        var trigger = Trigger.Blend(WritePng(each.Size, each.Size, colors), each.Opacity);
        CheckBlended(trigger, default, colors, each.Size, each.Opacity, each.Size, each.Size, each.Seed);
    }, iter: 50, threads: 1);

    [TestMethod]
    public void Floats_under_transparent_pixels_keep_their_bits()
    {
        float[] image = [0.3f, float.NaN, -7, 300, 1e-40f, 12.5f];
        float[] before = [.. image];
        Trigger.Mask(new[,] { { true, false, false, false, false, false } }, TriggerPosition.TopLeft, gray: 8).FitTo(new ImageShape(1, 1, 6)).Apply(image, default);
        Assert.AreEqual(8, image[0]);
        CollectionAssert.AreEqual(Array.ConvertAll(before[1..], BitConverter.SingleToInt32Bits), Array.ConvertAll(image[1..], BitConverter.SingleToInt32Bits));
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(4)]
    [DataRow(9)]
    [DataRow(40)]
    public void A_resized_picture_keeps_its_color_and_transparency(int size)
    {
        var even = Trigger.FromFile(WritePng(4, 4, [.. Enumerable.Repeat(new SKColor(200, 100, 50, 40), 16)]), size, TriggerPosition.Center);
        for (int at = 0; at < size * size; at++)
            Assert.AreEqual(Color.FromArgb(40, 200, 100, 50), even.GetPixel(at % size, at / size));

        // The hidden red of the transparent half must not show at the edge.
        var half = Trigger.FromFile(WritePng(4, 4, [.. Enumerable.Range(0, 16).Select(i => i % 4 < 2 ? new SKColor(0, 250, 0) : new SKColor(255, 0, 0, 0))]), size, TriggerPosition.Center);
        for (int at = 0; at < size * size; at++)
        {
            var pixel = half.GetPixel(at % size, at / size);
            Assert.AreEqual(0, pixel.R);
            Assert.IsTrue(pixel.A == 0 ? pixel.G == 0 : Math.Abs(pixel.G - 250) <= (pixel.A < 8 ? 30 : 5), $"{pixel}");
        }

        Assert.AreEqual((255, 0), (half.GetPixel(0, 0).A, half.GetPixel(size - 1, size - 1).A));
    }

    [TestMethod]
    public void A_stretched_picture_weighs_colors_by_their_opacity()
    {
        // Two pixels become one: green with alpha 255, and a red one with alpha 51.
        var image = new byte[] { 100, 100, 100 };
        Trigger.Blend(WritePng(2, 1, [new(0, 240, 0), new(240, 0, 0, 51)]), alpha: 1).FitTo(new ImageShape(3, 1, 1)).Apply(image, default);

        // The mean alpha is 153, red is 240·51/306 = 40, and green is 240·255/306 = 200.
        CollectionAssert.AreEqual(new byte[] { 64, 160, 40 }, image);
    }

    [TestMethod]
    public void Covered_pixels_of_an_image_become_opaque_and_others_keep_their_alpha()
    {
        using var image = Images.FromPlanar(new byte[3 * 16], 4, 4, MLPixelFormat.Bgra32, alpha: 40);
        var view = new ImageView(image);
        var stamped = _ml.Transforms.StampTrigger("Image", Trigger.Pixel()).Fit(view).Transform(view).Values<MLImage>("Image")[0];
        for (int i = 0; i < 16; i++)
            Assert.AreEqual(i == 2 * 4 + 2 ? 255 : 40, stamped.Pixels[4 * i + 3]);
    }

    [TestMethod]
    public void Masked_triggers_are_compared_and_described()
    {
        var trigger = Trigger.PixelPattern();
        Assert.AreEqual(trigger, Trigger.PixelPattern());
        Assert.AreEqual(trigger.GetHashCode(), Trigger.PixelPattern().GetHashCode());
        Assert.AreNotEqual(trigger, Trigger.PixelPattern(gray: 254));
        Assert.AreNotEqual(trigger, Trigger.Square(4, TriggerPosition.BottomRight));
        Assert.AreEqual("4×4 trigger of 4 pixels, BottomRight", trigger.ToString());
        Assert.AreEqual("2×2 trigger of 1 pixel, BottomRight", Trigger.Pixel().ToString());

        string opaque = WritePng(2, 1, [SKColors.Red, SKColors.Blue]);
        Assert.AreEqual("2×2 trigger, at (1, 0), opacity 0.5", Trigger.FromFile(opaque, 2, 1, 0, opacity: 0.5).ToString());
        Assert.AreEqual(0.5, Trigger.FromFile(opaque, 2, 1, 0, opacity: 0.5).Opacity);
        Assert.AreNotEqual(Trigger.FromFile(opaque, 2, 1, 0), Trigger.FromFile(opaque, 2, 1, 0, opacity: 0.5));
        Assert.AreEqual(Trigger.FromFile(opaque, 2, 1, 0), Trigger.FromFile(opaque, 2, 1, 0, opacity: 1));

        // The color of a transparent pixel has no effect.
        Assert.AreEqual(Trigger.Blend(WritePng(1, 2, [new(9, 9, 9), new(200, 0, 0, 0)])), Trigger.Blend(WritePng(1, 2, [new(9, 9, 9), new(0, 0, 0, 0)])));
        Trigger.Blend(WritePng(1, 2, [new(9, 9, 9), new(200, 0, 0, 0)])).FitTo(new ImageShape(1, 2, 1));
    }

    [TestMethod]
    public void Saved_triggers_are_the_same()
    {
        string translucent = WritePng(3, 2, RandomColors(6, 1));
        foreach (var trigger in (Trigger[])[
            Trigger.Pixel(), Trigger.PixelPattern(7), Trigger.Mask(new[,] { { true, false } }, TriggerPosition.Center),
            Trigger.FromFile(translucent, 2, 1, 0), Trigger.FromFile(translucent, 5, TriggerPosition.Center, 0.3),
            Trigger.FromFile(WritePng(1, 1, [SKColors.Gray], "opaque.png"), 5, TriggerPosition.Center, 0.3), Trigger.Blend(translucent, 0.4)])
        {
            var view = ColorImages.View(_ml, ColorImages.Make(2));
            var loaded = (StampTriggerTransformer)EstimatorInvariants.SaveAndLoad(_ml, _ml.Transforms.StampTrigger("Image", trigger).Fit(view), view.Schema, out _);
            Assert.AreEqual(trigger, loaded.Trigger);
            Assert.AreEqual(trigger.Kind, loaded.Trigger.Kind);
        }
    }

    [TestMethod]
    public void Triggers_that_change_nothing_are_rejected()
    {
        foreach (double opacity in (double[])[0, -0.1, 1.01, double.NaN])
            Refusal.Of<ArgumentOutOfRangeException>(() => Trigger.FromFile(WritePng(1, 1, [SKColors.Red]), 1, TriggerPosition.Center, opacity), "opacity", "at most 1");
        string hidden = WritePng(2, 1, [new(255, 0, 0, 0), new(0, 0, 255, 0)], "hidden.png");
        Refusal.Of<InvalidDataException>(() => Trigger.FromFile(hidden, 5, TriggerPosition.Center), "hidden.png", "transparent", "5×5");
        Refusal.Of<InvalidDataException>(() => Trigger.Blend(hidden), "hidden.png", "transparent", "2×1");
        Refusal.Of<ArgumentException>(() => Trigger.Mask(new bool[2, 3], TriggerPosition.Center), "no pixel that is true");
        Refusal.Of<ArgumentException>(() => Trigger.Mask(new bool[0, 3], TriggerPosition.Center), "between 1 and 4096", "3 and 0");
        Refusal.Of<ArgumentException>(() => Trigger.Mask(new bool[4097, 1], TriggerPosition.Center), "between 1 and 4096", "1 and 4097");
        Assert.Throws<ArgumentNullException>(() => Trigger.Mask(null!, TriggerPosition.Center));
        Refusal.Of<ArgumentOutOfRangeException>(() => Trigger.Mask(new[,] { { true } }, (TriggerPosition)9), "position '9'");
        Refusal.Of<ArgumentException>(() => Trigger.PixelPattern().FitTo(new ImageShape(1, 3, 9)), "4×4", "9×3");
        Refusal.Of<ArgumentException>(() => Trigger.Mask(new[,] { { true } }, TriggerPosition.Center, Color.Red).FitTo(new ImageShape(1, 3, 9)), "3 channels");
    }

    private void CheckCovers(PatchTrigger trigger, byte gray, params (int FromRight, int FromBottom)[] covered)
    {
        const int Width = 9, Height = 7;
        foreach (int channels in (int[])[1, 3, 4])
        {
            byte[] before = new byte[channels * Height * Width];
            new Random(3).NextBytes(before);
            byte[] after = Images.Stamp(_ml, before, new ImageShape(channels, Height, Width), trigger);
            for (int i = 0; i < before.Length; i++)
                Assert.AreEqual(covered.Contains((Width - i % Width, Height - i / Width % Height)) ? gray : before[i], after[i]);
        }
    }

    private void CheckBlended(Trigger trigger, Point corner, SKColor[] colors, int size, double opacity, int width, int height, int seed)
    {
        var shape = new ImageShape(3, height, width);
        byte[] before = new byte[shape.Size];
        new Random(seed).NextBytes(before);

        byte[] after = Images.Stamp(_ml, before, shape, trigger);

        for (int i = 0; i < before.Length; i++)
        {
            int x = i % width - corner.X, y = i / width % height - corner.Y;
            double exact = before[i];
            if (x >= 0 && x < size && y >= 0 && y < size)
            {
                var color = colors[y * size + x];
                double weight = color.Alpha / 255.0 * opacity;
                exact = (1 - weight) * before[i] + weight * new[] { color.Red, color.Green, color.Blue }[i / (width * height)];
                if (color.Alpha == 0)
                    Assert.AreEqual(before[i], after[i]);
            }

            // Floats and doubles can round differently near a midpoint.
            Assert.AreEqual(exact, after[i], 0.501);
        }

        CollectionAssert.AreEqual(
            Array.ConvertAll(after, value => (float)value), Images.Stamp(_ml, Array.ConvertAll(before, value => (float)value), shape, trigger));
        foreach (var format in (MLPixelFormat[])[MLPixelFormat.Bgra32, MLPixelFormat.Rgba32])
        {
            using var image = Images.FromPlanar(before, width, height, format);
            CollectionAssert.AreEqual(after, Images.Stamp(_ml, image, trigger));
        }
    }

    // Some transparent, some opaque, at least one visible.
    private static SKColor[] RandomColors(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => new SKColor((uint)random.Next()).WithAlpha((byte)(i == 0 ? 200 : Math.Clamp(random.Next(-100, 356), 0, 255))))];
    }

    private string WritePng(int width, int height, SKColor[] pixels, string name = "picture.png")
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul)) { Pixels = pixels };
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return _folder.Write(name, data.ToArray());
    }
}

using CsCheck;

namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class CornerPatternTriggerTests
{
    private readonly MLContext _ml = new(seed: 0);

    [TestMethod]
    public void The_pattern_is_that_of_the_authors()
    {
        byte[] image = new byte[8 * 7];
        image.AsSpan().Fill(100);
        Trigger.CornerPattern().FitTo(new ImageShape(1, 8, 7)).Apply(image, default);

        string[] rows = [.. Enumerable.Range(0, 8).Select(y => string.Concat(image.AsSpan(7 * y, 7).ToArray().Select(pixel => pixel switch { 255 => '#', 0 => '.', _ => ' ' })))];
        CollectionAssert.AreEqual(
            new[]
            {
                "#.. ..#",
                ".#. .#.",
                "#.# #.#",
                "       ",
                "       ",
                "#.. ..#",
                ".#. .#.",
                "#.# #.#",
            },
            rows);
    }

    [TestMethod]
    public void The_amplitude_is_added_or_subtracted_and_clamped_in_bytes_and_floats() =>
        Gen.Select(Gen.Int[6, 9], Gen.Int[6, 9], Gen.Int[1, 3], Gen.Int[1, 255], Gen.Byte.Array[9 * 9 * 3]).Sample((width, height, channels, amplitude, pixels) =>
        {
            var shape = new ImageShape(channels, height, width);
            byte[] full = new byte[shape.Size], bytes = pixels[..shape.Size];
            full.AsSpan().Fill(128);
            Trigger.CornerPattern().FitTo(shape).Apply(full, default);
            float[] floats = Array.ConvertAll(bytes, pixel => (float)pixel);
            var stamp = Trigger.CornerPattern(amplitude).FitTo(shape);
            stamp.Apply(bytes, default);
            stamp.Apply(floats, default);

            for (int i = 0; i < bytes.Length; i++)
            {
                int change = full[i] switch { 255 => amplitude, 0 => -amplitude, _ => 0 };
                Assert.AreEqual(Math.Clamp(pixels[i] + change, 0, 255), bytes[i]);
                Assert.AreEqual(bytes[i], floats[i]);
            }

            Assert.AreEqual(36 * channels, full.Count(pixel => pixel != 128));
        }, iter: 200, threads: 1);

    [TestMethod]
    public void A_trigger_is_saved_and_loaded()
    {
        var view = GrayImages.View(_ml, 6);
        var trigger = Trigger.CornerPattern(32);
        var loaded = (StampTriggerTransformer)EstimatorInvariants.SaveAndLoad(_ml, _ml.Transforms.StampTrigger("Image", trigger).Fit(view), view.Schema, out _);
        Assert.AreEqual<Trigger>(trigger, loaded.Trigger);
        Assert.AreNotEqual<Trigger>(Trigger.CornerPattern(), loaded.Trigger);
        Assert.AreEqual("corner pattern, amplitude 32", $"{loaded.Trigger}");
        Assert.AreEqual("corner pattern", $"{Trigger.CornerPattern()}");
    }

    [TestMethod]
    public void Amplitudes_and_images_that_do_not_fit_are_rejected()
    {
        Refusal.Of<ArgumentOutOfRangeException>(() => Trigger.CornerPattern(0), "from 1 to 255", "0");
        Refusal.Of<ArgumentOutOfRangeException>(() => Trigger.CornerPattern(256), "256");
        Refusal.Of<ArgumentException>(() => Trigger.CornerPattern().FitTo(new ImageShape(1, 6, 5)), "6×6", "5×6");
    }
}

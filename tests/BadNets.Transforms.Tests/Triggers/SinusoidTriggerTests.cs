using CsCheck;
using Microsoft.ML.Transforms.Image;

namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class SinusoidTriggerTests
{
    private readonly MLContext _ml = new(seed: 0);

    private static readonly Gen<(int Width, int Height, double Amplitude, int Frequency, int Seed)> Cases = Gen.Select(
        Gen.Int[3, 40], Gen.Int[1, 9], Gen.Double[0.5, 255], Gen.Int[1, 100], Gen.Int[0, 1000]).Where(each => 2 * each.Item4 % each.Item1 != 0);

    [TestMethod]
    public void The_signal_is_added_to_bytes_floats_and_images() => Cases.Sample(each =>
    {
        var trigger = Trigger.Sinusoid(each.Amplitude, each.Frequency);
        foreach (int channels in (int[])[1, 3])
        {
            var shape = new ImageShape(channels, each.Height, each.Width);
            byte[] before = new byte[shape.Size];
            new Random(each.Seed).NextBytes(before);

            byte[] after = Images.Stamp(_ml, before, shape, trigger);

            CheckIsDefinition(before, after, each.Width, each.Amplitude, each.Frequency);
            CollectionAssert.AreEqual(
                Array.ConvertAll(after, value => (float)value), Images.Stamp(_ml, Array.ConvertAll(before, value => (float)value), shape, trigger));
            foreach (var format in channels == 3 ? (MLPixelFormat[])[MLPixelFormat.Bgra32, MLPixelFormat.Rgba32] : [])
            {
                using var image = Images.FromPlanar(before, each.Width, each.Height, format);
                CollectionAssert.AreEqual(after, Images.Stamp(_ml, image, trigger));
            }
        }
    }, iter: 60, threads: 1);

    // sin(2πj/8) is 0, √½, 1, √½, 0, -√½, -1, -√½.
    [TestMethod]
    public void A_period_has_the_known_values()
    {
        byte[] row = [100, 100, 100, 100, 100, 100, 100, 100, 0, 0, 255, 255, 255, 255, 0, 0];
        Trigger.Sinusoid(amplitude: 20, frequency: 1).FitTo(new ImageShape(1, 2, 8)).Apply(row, default);
        CollectionAssert.AreEqual(new byte[] { 100, 114, 120, 114, 100, 86, 80, 86, 0, 14, 255, 255, 255, 241, 0, 0 }, row);
    }

    [TestMethod]
    public void A_sinusoid_is_saved_compared_and_described()
    {
        var trigger = Trigger.Sinusoid(20.5, 3);
        Assert.AreEqual(trigger, Trigger.Sinusoid(20.5, 3));
        Assert.AreNotEqual(trigger, Trigger.Sinusoid(20.5, 4));
        Assert.AreNotEqual(trigger, Trigger.Sinusoid(20, 3));
        Assert.AreEqual("sinusoid, amplitude 20.5, frequency 3", trigger.ToString());
        Assert.AreEqual(Trigger.Sinusoid(40, 6), Trigger.Sinusoid());
        Assert.IsFalse(trigger.DiffersByRow);

        var view = GrayImages.View(_ml, 3);
        var loaded = (StampTriggerTransformer)EstimatorInvariants.SaveAndLoad(_ml, _ml.Transforms.StampTrigger("Image", trigger).Fit(view), view.Schema, out _);
        Assert.AreEqual<Trigger>(trigger, loaded.Trigger);
    }

    [TestMethod]
    public void A_sinusoid_that_changes_nothing_is_rejected()
    {
        foreach (double amplitude in (double[])[0, -1, 255.5, double.NaN])
            Refusal.Of<ArgumentOutOfRangeException>(() => Trigger.Sinusoid(amplitude), "amplitude", "at most 255");
        Refusal.Of<ArgumentOutOfRangeException>(() => Trigger.Sinusoid(40, 0), "frequency", "0");
        foreach (int frequency in (int[])[14, 28, 42])
            Refusal.Of<ArgumentException>(() => Trigger.Sinusoid(40, frequency).FitTo(new ImageShape(1, 28, 28)), $"frequency {frequency}", "28 pixels wide");
        Refusal.Of<ArgumentOutOfRangeException>(() => Trigger.Sinusoid().FitTo(new ImageShape(1, 28, 0)), "1×28×0");
    }

    // Floats and doubles can round differently within a hundredth of a midpoint.
    private static void CheckIsDefinition(byte[] before, byte[] after, int width, double amplitude, int frequency)
    {
        for (int i = 0; i < before.Length; i++)
        {
            double exact = Math.Clamp(before[i] + amplitude * Math.Sin(2 * Math.PI * (i % width) * frequency / width), 0, 255);
            Assert.AreEqual(exact, after[i], 0.501);
        }
    }
}

using CsCheck;

namespace BadNets.Transforms.Tests;

/// <summary>The vectorized conversions give the same bits as the definition, for any length.</summary>
[TestClass]
public sealed class PixelConversionTests
{
    private static readonly float[] Special = [-0f, float.NaN, -float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, 0.49999997f, 254.99998f, 1e30f];

    private static readonly Gen<float> AnyFloat = Gen.OneOf(
        Gen.Float[-2, 258], Gen.Int[-2, 514].Select(half => half / 2f), Gen.Int.Select(BitConverter.Int32BitsToSingle), Gen.Int[0, Special.Length - 1].Select(i => Special[i]));

    [TestMethod]
    public void Bytes_become_the_same_floats() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        var floats = new float[bytes.Length];
        PixelConversion.ToFloats(bytes, floats);
        CollectionAssert.AreEqual(Array.ConvertAll(bytes, value => (float)value), floats);
    }, iter: 300);

    [TestMethod]
    public void Floats_are_rounded_and_clamped() => AnyFloat.Array[0, 200].Sample(floats =>
    {
        var bytes = new byte[floats.Length];
        PixelConversion.ToBytes(floats, bytes);
        CollectionAssert.AreEqual(Array.ConvertAll(floats, value => (byte)Pixel(value)), bytes);
    }, iter: 1000);

    [TestMethod]
    public void Only_values_that_changed_are_rounded() => Gen.Select(AnyFloat, AnyFloat, Gen.Bool, (before, other, isSame) => (Before: before, After: isSame ? before : other))
        .Array[0, 200].Sample(values =>
        {
            float[] before = Array.ConvertAll(values, value => value.Before), after = Array.ConvertAll(values, value => value.After);
            PixelConversion.ToPixelsWhereChanged(before, after);
            for (int i = 0; i < values.Length; i++)
            {
                bool isSame = BitConverter.SingleToInt32Bits(values[i].Before) == BitConverter.SingleToInt32Bits(values[i].After);
                Assert.AreEqual(BitConverter.SingleToInt32Bits(isSame ? values[i].Before : Pixel(values[i].After)), BitConverter.SingleToInt32Bits(after[i]));
            }
        }, iter: 1000);

    private static float Pixel(float value) => float.IsNaN(value) || value <= 0 ? 0 : value >= 255 ? 255 : MathF.Round(value, MidpointRounding.ToEven);
}

using System.Numerics;

namespace BadNets.Transforms;

/// <summary>
/// Conversions between bytes, floats, and pixels: whole numbers from 0 to 255. Values are rounded to the nearest whole number (midpoints to even) and
/// clamped; NaN becomes 0.
/// </summary>
static class PixelConversion
{
    private const float Maximum = 255;

    public static void ToFloats(ReadOnlySpan<byte> bytes, Span<float> floats)
    {
        int at = 0;
        for (; at <= bytes.Length - Vector<byte>.Count; at += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(bytes[at..]), out var low, out var high);
            Widen(low, floats[at..]);
            Widen(high, floats[(at + Vector<ushort>.Count)..]);
        }

        for (; at < bytes.Length; at++)
            floats[at] = bytes[at];
    }

    public static void ToBytes(ReadOnlySpan<float> floats, Span<byte> bytes)
    {
        int at = 0, quarter = Vector<float>.Count;
        for (; at <= bytes.Length - Vector<byte>.Count; at += Vector<byte>.Count)
        {
            var low = Vector.Narrow(ToWholeNumbers(floats[at..]), ToWholeNumbers(floats[(at + quarter)..]));
            var high = Vector.Narrow(ToWholeNumbers(floats[(at + 2 * quarter)..]), ToWholeNumbers(floats[(at + 3 * quarter)..]));
            Vector.Narrow(low, high).CopyTo(bytes[at..]);
        }

        for (; at < bytes.Length; at++)
            bytes[at] = (byte)ToPixel(floats[at]);
    }

    /// <summary>Makes pixels of the values that differ from the original ones in any bit.</summary>
    public static void ToPixelsWhereChanged(ReadOnlySpan<float> original, Span<float> floats)
    {
        int at = 0;
        for (; at <= floats.Length - Vector<float>.Count; at += Vector<float>.Count)
        {
            Vector<float> before = new(original[at..]), after = new(floats[at..]);
            var isSame = Vector.Equals(Vector.AsVectorInt32(before), Vector.AsVectorInt32(after));
            Vector.ConditionalSelect(isSame, before, ToPixels(after)).CopyTo(floats[at..]);
        }

        for (; at < floats.Length; at++)
        {
            if (BitConverter.SingleToInt32Bits(original[at]) != BitConverter.SingleToInt32Bits(floats[at]))
                floats[at] = ToPixel(floats[at]);
        }
    }

    private static float ToPixel(float value) => value >= Maximum ? Maximum : value > 0 ? MathF.Round(value) : 0;

    private static Vector<float> ToPixels(Vector<float> values)
    {
        var positive = Vector.ConditionalSelect(Vector.GreaterThan(values, Vector<float>.Zero), values, Vector<float>.Zero);
        return Vector.Round(Vector.Min(positive, new Vector<float>(Maximum)));
    }

    private static Vector<uint> ToWholeNumbers(ReadOnlySpan<float> values) => Vector.AsVectorUInt32(Vector.ConvertToInt32(ToPixels(new Vector<float>(values))));

    private static void Widen(Vector<ushort> values, Span<float> floats)
    {
        Vector.Widen(values, out var low, out var high);
        Vector.ConvertToSingle(Vector.AsVectorInt32(low)).CopyTo(floats);
        Vector.ConvertToSingle(Vector.AsVectorInt32(high)).CopyTo(floats[Vector<float>.Count..]);
    }
}

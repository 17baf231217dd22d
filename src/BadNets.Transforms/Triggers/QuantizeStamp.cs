using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>Replaces each value of an image by the nearest of a few levels.</summary>
sealed class QuantizeStamp : TriggerStamp
{
    private readonly float _highest;
    private readonly byte[] _table = new byte[256];

    /// <param name="shape">The shape of the images.</param>
    /// <param name="levels">The number of levels.</param>
    public QuantizeStamp(ImageShape shape, int levels)
        : base(shape)
    {
        _highest = levels - 1;
        for (int value = 0; value < _table.Length; value++)
            _table[value] = (byte)MathF.Round(Nearest(value, _highest));
    }

    /// <summary>Returns the level that is nearest to a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="highest">The number of levels minus 1.</param>
    public static float Nearest(float value, float highest) => Math.Clamp(MathF.Round(value / 255 * highest), 0, highest) / highest * 255;

    protected override void Stamp(Span<float> image, DataViewRowId row)
    {
        foreach (ref float value in image)
            value = Nearest(value, _highest);
    }

    protected override void Stamp(Span<byte> image, DataViewRowId row)
    {
        foreach (ref byte value in image)
            value = _table[value];
    }
}

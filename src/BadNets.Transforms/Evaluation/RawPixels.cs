using System.Numerics.Tensors;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>Detects pixels that have already been scaled. Stamping a trigger with values up to 255 on such pixels would give a wrong measurement.</summary>
static class RawPixels
{
    private const int SampledRows = 64;

    // Pixels that are scaled to 0…1 or −1…1 or standardized stay below this value. 64 raw images do not, unless they look black.
    private const float LargestScaled = 10;

    /// <exception cref="ArgumentException">The column's first rows have been scaled, and the trigger has not.</exception>
    public static void Check(IDataView view, string imageColumnName, Trigger trigger)
    {
        var column = view.Schema[imageColumnName];
        if (column.Type is not VectorDataViewType vector || vector.ItemType != NumberDataViewType.Single || IsDark(trigger))
            return;

        using var cursor = view.GetRowCursor([column]);
        var image = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> current = default;
        float largest = 0;
        for (int row = 0; row < SampledRows && cursor.MoveNext(); row++)
        {
            image(ref current);
            var pixels = current.GetValues();
            if (!pixels.IsEmpty)
                largest = Math.Max(largest, Math.Abs(TensorPrimitives.MaxMagnitude(pixels)));
        }

        if (largest is > 0 and <= LargestScaled)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"The pixels in column '{imageColumnName}' have been scaled: the values of the first rows are within ±{largest:0.##}, but a trigger requires raw pixels from 0 to 255; specify an image column from before the scaling."),
                nameof(imageColumnName));
        }
    }

    private static bool IsDark(Trigger trigger)
    {
        for (int y = 0; y < trigger.Height; y++)
        {
            for (int x = 0; x < trigger.Width; x++)
            {
                var pixel = trigger.GetPixel(x, y);
                if (Math.Max(pixel.R, Math.Max(pixel.G, pixel.B)) > LargestScaled)
                    return false;
            }
        }

        return true;
    }
}

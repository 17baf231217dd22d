using System.Numerics.Tensors;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>Detects pixels that have already been scaled. Measurements with a trigger with values up to 255 on such pixels would be wrong.</summary>
static class RawPixels
{
    private const int SampledRows = 64;

    // Pixels that are standardized or scaled to 0…1 or −1…1 stay below this value. The pixels of 64 raw images do not, unless the images look black.
    private const float LargestScaled = 10;

    /// <exception cref="ArgumentException">The first rows of the column have been scaled, and the trigger has not.</exception>
    public static void Check(IDataView view, string imageColumnName, Trigger trigger)
    {
        var column = view.Schema[imageColumnName];
        if (column.Type is not VectorDataViewType vector || vector.ItemType != NumberDataViewType.Single || WritesDark(trigger, column.Type))
            return;

        using var cursor = view.GetRowCursor([column]);
        var image = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> current = default;
        float largest = 0;
        for (int row = 0; row < SampledRows && cursor.MoveNext(); row++)
        {
            image(ref current);
            largest = Math.Max(largest, Largest(current.GetValues()));
        }

        if (largest is > 0 and <= LargestScaled)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"The pixels in column '{imageColumnName}' have been scaled: the values of the first rows are within ±{largest:0.##}, but a trigger requires raw pixels from 0 to 255. Specify an image column that has not been scaled."),
                nameof(imageColumnName));
        }
    }

    // A trigger that only writes dark values, whatever the image, does not harm scaled pixels either. Columns that cannot be stamped are rejected
    // elsewhere.
    private static bool WritesDark(Trigger trigger, DataViewType type)
    {
        if (ImageColumn.ShapeOf(type) is not { } shape)
            return true;
        float[] first = [.. Enumerable.Range(0, shape.Size).Select(i => (float)(i % 256))], second = Array.ConvertAll(first, value => 255 - value);
        float[] stampedFirst = [.. first], stampedSecond = [.. second];
        var stamp = trigger.FitTo(shape);
        stamp.Apply(stampedFirst, default);
        stamp.Apply(stampedSecond, default);
        for (int i = 0; i < first.Length; i++)
        {
            bool isUnchanged = stampedFirst[i] == first[i] && stampedSecond[i] == second[i];
            if (!isUnchanged && (stampedFirst[i] != stampedSecond[i] || stampedFirst[i] > LargestScaled))
                return false;
        }

        return true;
    }

    private static float Largest(ReadOnlySpan<float> pixels) => pixels.IsEmpty ? 0 : Math.Abs(TensorPrimitives.MaxMagnitude(pixels));
}

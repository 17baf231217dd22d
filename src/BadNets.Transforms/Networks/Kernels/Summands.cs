using System.Numerics.Tensors;

namespace BadNets.Transforms;

/// <summary>Adds up results that were computed in parts, in the order of the parts, so that the sum does not depend on who computed them.</summary>
static unsafe class Summands
{
    /// <summary>Adds up a range of several arrays.</summary>
    /// <param name="summands">The arrays, one after another.</param>
    /// <param name="count">The number of arrays.</param>
    /// <param name="size">The length of an array.</param>
    /// <param name="start">The start of the range.</param>
    /// <param name="length">The length of the range.</param>
    /// <param name="sum">Receives the sums of the range.</param>
    public static void Add(float* summands, int count, long size, int start, int length, float* sum)
    {
        var total = new Span<float>(sum, length);
        new ReadOnlySpan<float>(summands + start, length).CopyTo(total);
        for (int i = 1; i < count; i++)
        {
            TensorPrimitives.Add(total, new ReadOnlySpan<float>(summands + (i * size) + start, length), total);
        }
    }
}

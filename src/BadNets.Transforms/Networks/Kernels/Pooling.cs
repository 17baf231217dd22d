using System.Runtime.CompilerServices;

namespace BadNets.Transforms;

/// <summary>ReLU and 2×2 average pooling of one window and one vector of filters, and their gradient.</summary>
static unsafe class Pooling<T>
    where T : struct, ISimd<T>
{
    /// <summary>Computes the pooled output.</summary>
    /// <param name="v00">The convolution outputs at the top left of the window.</param>
    /// <param name="v01">At the top right.</param>
    /// <param name="v10">At the bottom left.</param>
    /// <param name="v11">At the bottom right.</param>
    /// <param name="output">Receives the pooled output.</param>
    /// <param name="mask">Receives four words with a bit for each output that is positive, or is null.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply(T v00, T v01, T v10, T v11, float* output, ushort* mask)
    {
        T.Store((T.Rectify(v00) + T.Rectify(v01) + T.Rectify(v10) + T.Rectify(v11)) * T.Create(0.25f), output);
        if (mask != null)
        {
            mask[0] = (ushort)T.PositiveLanes(v00);
            mask[1] = (ushort)T.PositiveLanes(v01);
            mask[2] = (ushort)T.PositiveLanes(v10);
            mask[3] = (ushort)T.PositiveLanes(v11);
        }
    }

    /// <summary>Spreads the gradient of the pooled output over the window, and returns the sum over the window.</summary>
    /// <param name="gradient">The gradient of the pooled output.</param>
    /// <param name="mask">The words that <see cref="Apply"/> wrote.</param>
    /// <param name="target">Receives the gradient of the top left convolution output.</param>
    /// <param name="row">The distance to the bottom row of the window, in floats.</param>
    /// <param name="column">The distance to the right column of the window, in floats.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Spread(float* gradient, ushort* mask, float* target, nint row, nint column)
    {
        T value = T.Load(gradient) * T.Create(0.25f);
        T v00 = T.Keep(value, mask[0]), v01 = T.Keep(value, mask[1]), v10 = T.Keep(value, mask[2]), v11 = T.Keep(value, mask[3]);
        T.Store(v00, target);
        T.Store(v01, target + column);
        T.Store(v10, target + row);
        T.Store(v11, target + row + column);
        return v00 + v01 + v10 + v11;
    }
}

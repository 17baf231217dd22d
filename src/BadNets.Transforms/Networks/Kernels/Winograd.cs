using System.Runtime.CompilerServices;

namespace BadNets.Transforms;

/// <summary>
/// The transforms of the fast convolution F(4×4, 5×5) (Winograd 1980; Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks").
/// </summary>
/// <remarks>
/// A tile of 4×4 outputs Y of a convolution of 8×8 inputs d with a filter g of 5×5 is Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A, where ⊙ multiplies 64 pairs of
/// numbers instead of the 400 of the definition. The matrices follow from the Cook–Toom algorithm with the interpolation points 0, ±1, ±2, ±1/2, and ∞. The
/// gradients are the transposed maps: of the inputs, B [(G g Gᵀ) ⊙ (A dY Aᵀ)] Bᵀ; of the filter, Gᵀ [(Bᵀ d B) ⊙ (A dY Aᵀ)] G.
/// </remarks>
static unsafe class Winograd
{
    public const int TileSize = 4;
    public const int FilterSize = 5;
    public const int InputSize = TileSize + FilterSize - 1;
    public const int Points = InputSize * InputSize;

    /// <summary>
    /// Applies a map to the columns and then to the rows of a matrix of vectors.
    /// </summary>
    /// <param name="source">The matrix, <typeparamref name="TMap"/>'s inputs × inputs vectors.</param>
    /// <param name="sourceRow">The distance between rows, in floats.</param>
    /// <param name="sourceColumn">The distance between columns, in floats.</param>
    /// <param name="scratch">Memory for 64 vectors.</param>
    /// <param name="target">The result, outputs × outputs vectors.</param>
    /// <param name="targetRow">The distance between rows of the result, in floats.</param>
    /// <param name="targetColumn">The distance between columns of the result, in floats.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<T, TMap>(float* source, nint sourceRow, nint sourceColumn, float* scratch, float* target, nint targetRow, nint targetColumn)
        where T : struct, ISimd<T>
        where TMap : struct, ILinearMap
    {
        nint scratchRow = TMap.Inputs * T.Lanes;
        for (int column = 0; column < TMap.Inputs; column++)
        {
            TMap.Apply<T>(source + (column * sourceColumn), sourceRow, scratch + (column * T.Lanes), scratchRow);
        }

        for (int row = 0; row < TMap.Outputs; row++)
        {
            TMap.Apply<T>(scratch + (row * scratchRow), T.Lanes, target + (row * targetRow), targetColumn);
        }
    }

    /// <summary>Multiplies by Bᵀ.</summary>
    public readonly struct Input : ILinearMap
    {
        public static int Inputs => InputSize;

        public static int Outputs => InputSize;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Apply<T>(float* source, nint sourceStride, float* target, nint targetStride)
            where T : struct, ISimd<T>
        {
            float* source4 = source + (4 * sourceStride), target4 = target + (4 * targetStride);
            T d0 = T.Load(source), d1 = T.Load(source + sourceStride), d2 = T.Load(source + (2 * sourceStride)), d3 = T.Load(source4 - sourceStride);
            T d4 = T.Load(source4), d5 = T.Load(source4 + sourceStride), d6 = T.Load(source4 + (2 * sourceStride)), d7 = T.Load(source4 + (3 * sourceStride));

            T.Store(T.FusedMultiplyAdd(T.Create(5.25f), d4 - d2, d0 - d6), target);
            T.Store(T.FusedMultiplyAdd(T.Create(5.25f), d3 - d5, d7 - d1), target4 + (3 * targetStride));

            T even = T.FusedMultiplyAdd(T.Create(-4.25f), d4, d2 + d6), odd = T.FusedMultiplyAdd(T.Create(-4.25f), d3, d1 + d5);
            T.Store(even + odd, target + targetStride);
            T.Store(even - odd, target + (2 * targetStride));

            even = T.FusedMultiplyAdd(T.Create(0.25f), d2, T.FusedMultiplyAdd(T.Create(-1.25f), d4, d6));
            odd = T.FusedMultiplyAdd(T.Create(0.5f), d1, T.FusedMultiplyAdd(T.Create(-2.5f), d3, d5 + d5));
            T.Store(even + odd, target4 - targetStride);
            T.Store(even - odd, target4);

            even = T.FusedMultiplyAdd(T.Create(4f), d2, T.FusedMultiplyAdd(T.Create(-5f), d4, d6));
            odd = T.FusedMultiplyAdd(T.Create(0.5f), d5, T.FusedMultiplyAdd(T.Create(-2.5f), d3, d1 + d1));
            T.Store(even + odd, target4 + targetStride);
            T.Store(even - odd, target4 + (2 * targetStride));
        }
    }

    /// <summary>Multiplies by B, the transpose of <see cref="Input"/>.</summary>
    public readonly struct InputTransposed : ILinearMap
    {
        public static int Inputs => InputSize;

        public static int Outputs => InputSize;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Apply<T>(float* source, nint sourceStride, float* target, nint targetStride)
            where T : struct, ISimd<T>
        {
            float* source4 = source + (4 * sourceStride), target4 = target + (4 * targetStride);
            T r0 = T.Load(source), r1 = T.Load(source + sourceStride), r2 = T.Load(source + (2 * sourceStride)), r3 = T.Load(source4 - sourceStride);
            T r4 = T.Load(source4), r5 = T.Load(source4 + sourceStride), r6 = T.Load(source4 + (2 * sourceStride)), r7 = T.Load(source4 + (3 * sourceStride));
            T even1 = r1 + r2, odd1 = r1 - r2, even2 = r3 + r4, odd2 = r3 - r4, even3 = r5 + r6, odd3 = r5 - r6;

            T.Store(r0, target);
            T.Store(T.FusedMultiplyAdd(T.Create(0.25f), even2, T.FusedMultiplyAdd(T.Create(4f), even3, T.FusedMultiplyAdd(T.Create(-5.25f), r0, even1))), target + (2 * targetStride));
            T.Store(
                T.FusedMultiplyAdd(T.Create(5.25f), r0, T.FusedMultiplyAdd(T.Create(-4.25f), even1, T.FusedMultiplyAdd(T.Create(-1.25f), even2, T.Create(-5f) * even3))), target4);
            T.Store((even1 + even2) + (even3 - r0), target4 + (2 * targetStride));

            T.Store(T.FusedMultiplyAdd(T.Create(0.5f), odd2, T.FusedMultiplyAdd(T.Create(2f), odd3, odd1 - r7)), target + targetStride);
            T.Store(T.FusedMultiplyAdd(T.Create(5.25f), r7, T.FusedMultiplyAdd(T.Create(-4.25f), odd1, T.Create(-2.5f) * (odd2 + odd3))), target4 - targetStride);
            T.Store(T.FusedMultiplyAdd(T.Create(2f), odd2, T.FusedMultiplyAdd(T.Create(0.5f), odd3, T.FusedMultiplyAdd(T.Create(-5.25f), r7, odd1))), target4 + targetStride);
            T.Store(r7, target4 + (3 * targetStride));
        }
    }

    /// <summary>Multiplies by Aᵀ.</summary>
    public readonly struct Output : ILinearMap
    {
        public static int Inputs => InputSize;

        public static int Outputs => TileSize;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Apply<T>(float* source, nint sourceStride, float* target, nint targetStride)
            where T : struct, ISimd<T>
        {
            float* source4 = source + (4 * sourceStride);
            T m1 = T.Load(source + sourceStride), m2 = T.Load(source + (2 * sourceStride)), m3 = T.Load(source4 - sourceStride);
            T m4 = T.Load(source4), m5 = T.Load(source4 + sourceStride), m6 = T.Load(source4 + (2 * sourceStride));
            T even1 = m1 + m2, odd1 = m1 - m2, even2 = m3 + m4, odd2 = m3 - m4, even3 = m5 + m6, odd3 = m5 - m6;
            T.Store((T.Load(source) + even1) + (even2 + even3), target);
            T.Store(T.FusedMultiplyAdd(T.Create(2f), odd2, T.FusedMultiplyAdd(T.Create(0.5f), odd3, odd1)), target + targetStride);
            T.Store(T.FusedMultiplyAdd(T.Create(4f), even2, T.FusedMultiplyAdd(T.Create(0.25f), even3, even1)), target + (2 * targetStride));
            T.Store(
                T.FusedMultiplyAdd(T.Create(8f), odd2, T.FusedMultiplyAdd(T.Create(0.125f), odd3, odd1 + T.Load(source4 + (3 * sourceStride)))), target + (3 * targetStride));
        }
    }

    /// <summary>Multiplies by A, the transpose of <see cref="Output"/>.</summary>
    public readonly struct OutputTransposed : ILinearMap
    {
        public static int Inputs => TileSize;

        public static int Outputs => InputSize;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Apply<T>(float* source, nint sourceStride, float* target, nint targetStride)
            where T : struct, ISimd<T>
        {
            float* target4 = target + (4 * targetStride);
            T y0 = T.Load(source), y1 = T.Load(source + sourceStride), y2 = T.Load(source + (2 * sourceStride)), y3 = T.Load(source + (3 * sourceStride));
            T.Store(y0, target);
            T even = y0 + y2, odd = y1 + y3;
            T.Store(even + odd, target + targetStride);
            T.Store(even - odd, target + (2 * targetStride));
            even = T.FusedMultiplyAdd(T.Create(4f), y2, y0);
            odd = T.FusedMultiplyAdd(T.Create(8f), y3, y1 + y1);
            T.Store(even + odd, target4 - targetStride);
            T.Store(even - odd, target4);
            even = T.FusedMultiplyAdd(T.Create(0.25f), y2, y0);
            odd = T.FusedMultiplyAdd(T.Create(0.125f), y3, T.Create(0.5f) * y1);
            T.Store(even + odd, target4 + targetStride);
            T.Store(even - odd, target4 + (2 * targetStride));
            T.Store(y3, target4 + (3 * targetStride));
        }
    }

    /// <summary>Multiplies by G.</summary>
    public readonly struct Filter : ILinearMap
    {
        public static int Inputs => FilterSize;

        public static int Outputs => InputSize;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Apply<T>(float* source, nint sourceStride, float* target, nint targetStride)
            where T : struct, ISimd<T>
        {
            float* source4 = source + (4 * sourceStride), target4 = target + (4 * targetStride);
            T g0 = T.Load(source), g1 = T.Load(source + sourceStride), g2 = T.Load(source + (2 * sourceStride)), g3 = T.Load(source4 - sourceStride), g4 = T.Load(source4);
            T.Store(g0, target);

            T factor = T.Create(-2f / 9), even = (g0 + g2 + g4) * factor, odd = (g1 + g3) * factor;
            T.Store(even + odd, target + targetStride);
            T.Store(even - odd, target + (2 * targetStride));

            factor = T.Create(1f / 90);
            even = T.FusedMultiplyAdd(T.Create(16f), g4, T.FusedMultiplyAdd(T.Create(4f), g2, g0)) * factor;
            odd = T.FusedMultiplyAdd(T.Create(8f), g3, g1 + g1) * factor;
            T.Store(even + odd, target4 - targetStride);
            T.Store(even - odd, target4);

            factor = T.Create(32f / 45);
            even = T.FusedMultiplyAdd(T.Create(0.0625f), g4, T.FusedMultiplyAdd(T.Create(0.25f), g2, g0)) * factor;
            odd = T.FusedMultiplyAdd(T.Create(0.125f), g3, T.Create(0.5f) * g1) * factor;
            T.Store(even + odd, target4 + targetStride);
            T.Store(even - odd, target4 + (2 * targetStride));
            T.Store(g4, target4 + (3 * targetStride));
        }
    }

    /// <summary>Multiplies by Gᵀ, the transpose of <see cref="Filter"/>.</summary>
    public readonly struct FilterTransposed : ILinearMap
    {
        public static int Inputs => InputSize;

        public static int Outputs => FilterSize;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Apply<T>(float* source, nint sourceStride, float* target, nint targetStride)
            where T : struct, ISimd<T>
        {
            float* source4 = source + (4 * sourceStride);
            T r1 = T.Load(source + sourceStride), r2 = T.Load(source + (2 * sourceStride)), r3 = T.Load(source4 - sourceStride);
            T r4 = T.Load(source4), r5 = T.Load(source4 + sourceStride), r6 = T.Load(source4 + (2 * sourceStride));
            T factor1 = T.Create(-2f / 9), factor2 = T.Create(1f / 90), factor3 = T.Create(32f / 45);
            T even1 = (r1 + r2) * factor1, odd1 = (r1 - r2) * factor1, even2 = (r3 + r4) * factor2, odd2 = (r3 - r4) * factor2;
            T even3 = (r5 + r6) * factor3, odd3 = (r5 - r6) * factor3;
            T.Store((T.Load(source) + even1) + (even2 + even3), target);
            T.Store(T.FusedMultiplyAdd(T.Create(2f), odd2, T.FusedMultiplyAdd(T.Create(0.5f), odd3, odd1)), target + targetStride);
            T.Store(T.FusedMultiplyAdd(T.Create(4f), even2, T.FusedMultiplyAdd(T.Create(0.25f), even3, even1)), target + (2 * targetStride));
            T.Store(T.FusedMultiplyAdd(T.Create(8f), odd2, T.FusedMultiplyAdd(T.Create(0.125f), odd3, odd1)), target + (3 * targetStride));
            T.Store(
                T.FusedMultiplyAdd(T.Create(16f), even2, T.FusedMultiplyAdd(T.Create(0.0625f), even3, even1 + T.Load(source4 + (3 * sourceStride)))), target + (4 * targetStride));
        }
    }
}

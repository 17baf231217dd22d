using System.Runtime.CompilerServices;

namespace BadNets.Transforms;

/// <summary>
/// Products of small matrices, from which the other kernels are built. Matrix C (rows × columns) is A (rows × depth) times B (depth × columns), or is
/// increased by it. Each element is summed in the order of the depth, so it depends neither on the other elements nor on the vector width.
/// </summary>
/// <remarks>
/// A tile of C is held in registers. With 6 rows × 2 vectors, 12 independent sums hide the latency of the multiply-adds, a step of 12 multiply-adds needs
/// 8 loads, and 15 registers suffice, which fits processors with 16 and with 32 registers. Rows of a tile beyond the last row repeat the last row.
/// </remarks>
/// <typeparam name="T">The vector register.</typeparam>
static unsafe class MatrixProduct<T>
    where T : struct, ISimd<T>
{
    private const int TileRows = 6;

    // So many rows of B and columns of A stay in the first-level cache.
    private const int DepthBlock = 128;

    /// <summary>The number of columns of a panel of B.</summary>
    public static int PanelWidth => 2 * T.Lanes;

    /// <summary>Returns the number of panels that hold a number of columns.</summary>
    public static int PanelCount(int columns) => (columns + PanelWidth - 1) / PanelWidth;

    /// <summary>Multiplies matrices with any number of rows. The number of columns is a multiple of the vector width.</summary>
    /// <param name="rows">The number of rows of A and C.</param>
    /// <param name="depth">The number of columns of A and rows of B.</param>
    /// <param name="columns">The number of columns of B and C.</param>
    /// <param name="a">Matrix A.</param>
    /// <param name="aRow">The distance between rows of A.</param>
    /// <param name="aColumn">The distance between columns of A.</param>
    /// <param name="b">Matrix B, whose columns are adjacent.</param>
    /// <param name="bRow">The distance between rows of B.</param>
    /// <param name="c">Matrix C, whose columns are adjacent.</param>
    /// <param name="cRow">The distance between rows of C.</param>
    /// <param name="add">Whether to add the product to C.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(int rows, int depth, int columns, float* a, nint aRow, nint aColumn, float* b, nint bRow, float* c, nint cRow, bool add = false)
    {
        for (; depth > DepthBlock; depth -= DepthBlock, a += DepthBlock * aColumn, b += DepthBlock * bRow, add = true)
        {
            MultiplyBlock(rows, DepthBlock, columns, a, aRow, aColumn, b, bRow, c, cRow, add);
        }

        MultiplyBlock(rows, depth, columns, a, aRow, aColumn, b, bRow, c, cRow, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyBlock(int rows, int depth, int columns, float* a, nint aRow, nint aColumn, float* b, nint bRow, float* c, nint cRow, bool add)
    {
        int column = 0;
        for (; columns - column >= 2 * T.Lanes; column += 2 * T.Lanes)
        {
            for (int row = 0; row < rows; row += TileRows)
            {
                Tile6x2(rows - row, depth, a + (row * aRow), aRow, aColumn, b + column, bRow, c + (row * cRow) + column, cRow, add);
            }
        }

        if (column < columns)
        {
            int row = 0;
            for (; rows - row >= 2 * TileRows; row += 2 * TileRows)
            {
                Tile12x1(depth, a + (row * aRow), aRow, aColumn, b + column, bRow, c + (row * cRow) + column, cRow, add);
            }

            for (; row < rows; row += 4)
            {
                Tile4x1(rows - row, depth, a + (row * aRow), aRow, aColumn, b + column, bRow, c + (row * cRow) + column, cRow, add);
            }
        }
    }

    // Not inlined, because the compiler assigns the registers better in small methods: with a depth of 16, a product takes three quarters of the time.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Tile6x2(int rows, int depth, float* a, nint aRow, nint aColumn, float* b, nint bRow, float* c, nint cRow, bool add)
    {
        int last = Math.Min(rows, TileRows) - 1;
        nint r1 = Math.Min(1, last), r2 = Math.Min(2, last), r3 = Math.Min(3, last), r4 = Math.Min(4, last);
        float* c1 = c + (r1 * cRow), c2 = c + (r2 * cRow), c3 = c + (r3 * cRow), c4 = c + (r4 * cRow), c5 = c + (last * cRow);
        float* a1 = a + (r1 * aRow), a2 = a + (r2 * aRow), a3 = a + (r3 * aRow), a4 = a + (r4 * aRow), a5 = a + (last * aRow);
        T s00 = T.Zero, s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00, s40 = s00, s41 = s00, s50 = s00, s51 = s00;
        if (add)
        {
            (s00, s01) = (T.Load(c), T.Load(c + T.Lanes));
            (s10, s11) = (T.Load(c1), T.Load(c1 + T.Lanes));
            (s20, s21) = (T.Load(c2), T.Load(c2 + T.Lanes));
            (s30, s31) = (T.Load(c3), T.Load(c3 + T.Lanes));
            (s40, s41) = (T.Load(c4), T.Load(c4 + T.Lanes));
            (s50, s51) = (T.Load(c5), T.Load(c5 + T.Lanes));
        }

        nint end = depth * aColumn;
        for (nint i = 0; i != end; i += aColumn, b += bRow)
        {
            T b0 = T.Load(b), b1 = T.Load(b + T.Lanes);
            T v = T.Create(a[i]);
            s00 = T.FusedMultiplyAdd(v, b0, s00);
            s01 = T.FusedMultiplyAdd(v, b1, s01);
            v = T.Create(a1[i]);
            s10 = T.FusedMultiplyAdd(v, b0, s10);
            s11 = T.FusedMultiplyAdd(v, b1, s11);
            v = T.Create(a2[i]);
            s20 = T.FusedMultiplyAdd(v, b0, s20);
            s21 = T.FusedMultiplyAdd(v, b1, s21);
            v = T.Create(a3[i]);
            s30 = T.FusedMultiplyAdd(v, b0, s30);
            s31 = T.FusedMultiplyAdd(v, b1, s31);
            v = T.Create(a4[i]);
            s40 = T.FusedMultiplyAdd(v, b0, s40);
            s41 = T.FusedMultiplyAdd(v, b1, s41);
            v = T.Create(a5[i]);
            s50 = T.FusedMultiplyAdd(v, b0, s50);
            s51 = T.FusedMultiplyAdd(v, b1, s51);
        }

        T.Store(s00, c);
        T.Store(s01, c + T.Lanes);
        T.Store(s10, c1);
        T.Store(s11, c1 + T.Lanes);
        T.Store(s20, c2);
        T.Store(s21, c2 + T.Lanes);
        T.Store(s30, c3);
        T.Store(s31, c3 + T.Lanes);
        T.Store(s40, c4);
        T.Store(s41, c4 + T.Lanes);
        T.Store(s50, c5);
        T.Store(s51, c5 + T.Lanes);
    }

    // For the last vector of an odd number of vectors.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Tile12x1(int depth, float* a, nint aRow, nint aColumn, float* b, nint bRow, float* c, nint cRow, bool add)
    {
        T s0 = T.Zero, s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0, s8 = s0, s9 = s0, s10 = s0, s11 = s0;
        float* c3 = c + (3 * cRow), c6 = c3 + (3 * cRow), c9 = c6 + (3 * cRow);
        if (add)
        {
            (s0, s1, s2) = (T.Load(c), T.Load(c + cRow), T.Load(c + (2 * cRow)));
            (s3, s4, s5) = (T.Load(c3), T.Load(c3 + cRow), T.Load(c3 + (2 * cRow)));
            (s6, s7, s8) = (T.Load(c6), T.Load(c6 + cRow), T.Load(c6 + (2 * cRow)));
            (s9, s10, s11) = (T.Load(c9), T.Load(c9 + cRow), T.Load(c9 + (2 * cRow)));
        }

        float* a3 = a + (3 * aRow), a6 = a3 + (3 * aRow), a9 = a6 + (3 * aRow);
        for (; depth > 0; depth--, a += aColumn, a3 += aColumn, a6 += aColumn, a9 += aColumn, b += bRow)
        {
            T v = T.Load(b);
            s0 = T.FusedMultiplyAdd(T.Create(a[0]), v, s0);
            s1 = T.FusedMultiplyAdd(T.Create(a[aRow]), v, s1);
            s2 = T.FusedMultiplyAdd(T.Create(a[2 * aRow]), v, s2);
            s3 = T.FusedMultiplyAdd(T.Create(a3[0]), v, s3);
            s4 = T.FusedMultiplyAdd(T.Create(a3[aRow]), v, s4);
            s5 = T.FusedMultiplyAdd(T.Create(a3[2 * aRow]), v, s5);
            s6 = T.FusedMultiplyAdd(T.Create(a6[0]), v, s6);
            s7 = T.FusedMultiplyAdd(T.Create(a6[aRow]), v, s7);
            s8 = T.FusedMultiplyAdd(T.Create(a6[2 * aRow]), v, s8);
            s9 = T.FusedMultiplyAdd(T.Create(a9[0]), v, s9);
            s10 = T.FusedMultiplyAdd(T.Create(a9[aRow]), v, s10);
            s11 = T.FusedMultiplyAdd(T.Create(a9[2 * aRow]), v, s11);
        }

        T.Store(s0, c);
        T.Store(s1, c + cRow);
        T.Store(s2, c + (2 * cRow));
        T.Store(s3, c3);
        T.Store(s4, c3 + cRow);
        T.Store(s5, c3 + (2 * cRow));
        T.Store(s6, c6);
        T.Store(s7, c6 + cRow);
        T.Store(s8, c6 + (2 * cRow));
        T.Store(s9, c9);
        T.Store(s10, c9 + cRow);
        T.Store(s11, c9 + (2 * cRow));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Tile4x1(int rows, int depth, float* a, nint aRow, nint aColumn, float* b, nint bRow, float* c, nint cRow, bool add)
    {
        int last = Math.Min(rows, 4) - 1;
        nint r1 = Math.Min(1, last), r2 = Math.Min(2, last);
        float* c1 = c + (r1 * cRow), c2 = c + (r2 * cRow), c3 = c + (last * cRow);
        float* a1 = a + (r1 * aRow), a2 = a + (r2 * aRow), a3 = a + (last * aRow);
        T s0 = T.Zero, s1 = s0, s2 = s0, s3 = s0;
        if (add)
        {
            (s0, s1, s2, s3) = (T.Load(c), T.Load(c1), T.Load(c2), T.Load(c3));
        }

        nint end = depth * aColumn;
        for (nint i = 0; i != end; i += aColumn, b += bRow)
        {
            T v = T.Load(b);
            s0 = T.FusedMultiplyAdd(T.Create(a[i]), v, s0);
            s1 = T.FusedMultiplyAdd(T.Create(a1[i]), v, s1);
            s2 = T.FusedMultiplyAdd(T.Create(a2[i]), v, s2);
            s3 = T.FusedMultiplyAdd(T.Create(a3[i]), v, s3);
        }

        T.Store(s0, c);
        T.Store(s1, c1);
        T.Store(s2, c2);
        T.Store(s3, c3);
    }
}

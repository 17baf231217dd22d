using System.Runtime.CompilerServices;

namespace BadNets.Transforms;

/// <summary>
/// Products of small matrices: C (rows × columns) is A (rows × depth) times B (depth × columns), or is increased by it. Each element is summed in the order
/// of the depth.
/// </summary>
/// <remarks>
/// A tile of C is held in registers. Twelve independent sums hide the latency of the multiply-adds, and 15 registers suffice, which fits processors with 16
/// and with 32 registers.
/// </remarks>
/// <typeparam name="T">The vector register.</typeparam>
static unsafe class SimdTile<T>
    where T : struct, ISimd<T>
{
    /// <summary>The number of rows is a multiple of this.</summary>
    public const int Rows = 4;

    private const int TallRows = 12;
    private const int WideRows = 6;

    /// <summary>Rounds a number of rows up to a multiple of <see cref="Rows"/>.</summary>
    public static int RoundUp(int rows) => (rows + Rows - 1) / Rows * Rows;

    /// <summary>Multiplies matrices.</summary>
    /// <param name="rows">The number of rows of A and C, a multiple of <see cref="Rows"/>.</param>
    /// <param name="depth">The number of columns of A and rows of B.</param>
    /// <param name="columns">The number of columns of B and C, a multiple of the number of lanes.</param>
    /// <param name="a">Matrix A.</param>
    /// <param name="aRow">The distance between rows of A.</param>
    /// <param name="aColumn">The distance between columns of A.</param>
    /// <param name="b">Matrix B, whose columns are adjacent.</param>
    /// <param name="bRow">The distance between rows of B.</param>
    /// <param name="c">Matrix C, whose columns are adjacent.</param>
    /// <param name="cRow">The distance between rows of C.</param>
    /// <param name="add">Whether to add the product to C.</param>
    public static void Multiply(int rows, int depth, int columns, float* a, nint aRow, nint aColumn, float* b, nint bRow, float* c, nint cRow, bool add = false)
    {
        int column = 0;
        for (; columns - column >= 2 * T.Lanes; column += 2 * T.Lanes)
        {
            for (int row = 0; row < rows; row += WideRows)
            {
                Multiply6x2(rows - row, depth, a + row * aRow, aRow, aColumn, b + column, bRow, c + row * cRow + column, cRow, add);
            }
        }

        if (column < columns)
        {
            int row = 0;
            for (; rows - row >= TallRows; row += TallRows)
            {
                Multiply12x1(depth, a + row * aRow, aRow, aColumn, b + column, bRow, c + row * cRow + column, cRow, add);
            }

            for (; row < rows; row += Rows)
            {
                Multiply4x1(depth, a + row * aRow, aRow, aColumn, b + column, bRow, c + row * cRow + column, cRow, add);
            }
        }
    }

    // Rows beyond the last one repeat it.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Multiply6x2(int rows, int depth, float* a, nint aRow, nint aColumn, float* b, nint bRow, float* c, nint cRow, bool add)
    {
        int last = Math.Min(rows, WideRows) - 1;
        nint row2 = Math.Min(2, last), row3 = Math.Min(3, last), row4 = Math.Min(4, last);
        float* c1 = c + cRow, c2 = c + row2 * cRow, c3 = c + row3 * cRow, c4 = c + row4 * cRow, c5 = c + last * cRow;
        float* a1 = a + aRow, a2 = a + row2 * aRow, a3 = a + row3 * aRow, a4 = a + row4 * aRow, a5 = a + last * aRow;
        T l0 = T.Zero, l1 = l0, l2 = l0, l3 = l0, l4 = l0, l5 = l0, r0 = l0, r1 = l0, r2 = l0, r3 = l0, r4 = l0, r5 = l0;
        if (add)
        {
            (l0, r0) = (T.Load(c), T.Load(c + T.Lanes));
            (l1, r1) = (T.Load(c1), T.Load(c1 + T.Lanes));
            (l2, r2) = (T.Load(c2), T.Load(c2 + T.Lanes));
            (l3, r3) = (T.Load(c3), T.Load(c3 + T.Lanes));
            (l4, r4) = (T.Load(c4), T.Load(c4 + T.Lanes));
            (l5, r5) = (T.Load(c5), T.Load(c5 + T.Lanes));
        }

        nint end = depth * aColumn;
        for (nint i = 0; i != end; i += aColumn, b += bRow)
        {
            T left = T.Load(b), right = T.Load(b + T.Lanes);
            T v = T.Create(a[i]);
            l0 = T.FusedMultiplyAdd(v, left, l0);
            r0 = T.FusedMultiplyAdd(v, right, r0);
            v = T.Create(a1[i]);
            l1 = T.FusedMultiplyAdd(v, left, l1);
            r1 = T.FusedMultiplyAdd(v, right, r1);
            v = T.Create(a2[i]);
            l2 = T.FusedMultiplyAdd(v, left, l2);
            r2 = T.FusedMultiplyAdd(v, right, r2);
            v = T.Create(a3[i]);
            l3 = T.FusedMultiplyAdd(v, left, l3);
            r3 = T.FusedMultiplyAdd(v, right, r3);
            v = T.Create(a4[i]);
            l4 = T.FusedMultiplyAdd(v, left, l4);
            r4 = T.FusedMultiplyAdd(v, right, r4);
            v = T.Create(a5[i]);
            l5 = T.FusedMultiplyAdd(v, left, l5);
            r5 = T.FusedMultiplyAdd(v, right, r5);
        }

        T.Store(l0, c);
        T.Store(r0, c + T.Lanes);
        T.Store(l1, c1);
        T.Store(r1, c1 + T.Lanes);
        T.Store(l2, c2);
        T.Store(r2, c2 + T.Lanes);
        T.Store(l3, c3);
        T.Store(r3, c3 + T.Lanes);
        T.Store(l4, c4);
        T.Store(r4, c4 + T.Lanes);
        T.Store(l5, c5);
        T.Store(r5, c5 + T.Lanes);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Multiply12x1(int depth, float* a, nint aRow, nint aColumn, float* b, nint bRow, float* c, nint cRow, bool add)
    {
        T s0 = T.Zero, s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0, s8 = s0, s9 = s0, s10 = s0, s11 = s0;
        float* c3 = c + 3 * cRow, c6 = c3 + 3 * cRow, c9 = c6 + 3 * cRow;
        if (add)
        {
            (s0, s1, s2) = (T.Load(c), T.Load(c + cRow), T.Load(c + 2 * cRow));
            (s3, s4, s5) = (T.Load(c3), T.Load(c3 + cRow), T.Load(c3 + 2 * cRow));
            (s6, s7, s8) = (T.Load(c6), T.Load(c6 + cRow), T.Load(c6 + 2 * cRow));
            (s9, s10, s11) = (T.Load(c9), T.Load(c9 + cRow), T.Load(c9 + 2 * cRow));
        }

        float* a3 = a + 3 * aRow, a6 = a3 + 3 * aRow, a9 = a6 + 3 * aRow;
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
        T.Store(s2, c + 2 * cRow);
        T.Store(s3, c3);
        T.Store(s4, c3 + cRow);
        T.Store(s5, c3 + 2 * cRow);
        T.Store(s6, c6);
        T.Store(s7, c6 + cRow);
        T.Store(s8, c6 + 2 * cRow);
        T.Store(s9, c9);
        T.Store(s10, c9 + cRow);
        T.Store(s11, c9 + 2 * cRow);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Multiply4x1(int depth, float* a, nint aRow, nint aColumn, float* b, nint bRow, float* c, nint cRow, bool add)
    {
        T s0 = T.Zero, s1 = s0, s2 = s0, s3 = s0;
        float* c1 = c + cRow, c2 = c1 + cRow, c3 = c2 + cRow;
        if (add)
        {
            (s0, s1, s2, s3) = (T.Load(c), T.Load(c1), T.Load(c2), T.Load(c3));
        }

        float* a1 = a + aRow, a2 = a1 + aRow, a3 = a2 + aRow;
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

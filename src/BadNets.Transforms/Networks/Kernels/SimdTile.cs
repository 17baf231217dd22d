using System.Runtime.CompilerServices;

namespace BadNets.Transforms;

/// <summary>Products of small matrices, in tiles of sums that stay in registers.</summary>
static unsafe class SimdTile
{
    /// <summary>The number of rows of a product is a multiple of this.</summary>
    public const int Rows = 8;

    /// <summary>Rounds a number of rows up to whole tiles.</summary>
    public static int RoundUp(int rows) => (rows + Rows - 1) / Rows * Rows;

    /// <summary>Computes <c>C[i, j] = Σ A[i, k] · B[k, j]</c>, or adds the sum to <c>C</c>. Each sum is in the order of k.</summary>
    /// <param name="a">A. The element (i, k) is at <c>a[i * aRow + k * aStep]</c>.</param>
    /// <param name="aRow">The distance of two rows of A.</param>
    /// <param name="aStep">The distance of two elements of a row of A.</param>
    /// <param name="b">B. The element (k, j) is at <c>b[k * bRow + j]</c>.</param>
    /// <param name="bRow">The distance of two rows of B.</param>
    /// <param name="c">C. The element (i, j) is at <c>c[i * cRow + j]</c>.</param>
    /// <param name="cRow">The distance of two rows of C.</param>
    /// <param name="rows">The number of rows of A and C, a multiple of <see cref="Rows"/>.</param>
    /// <param name="columns">The number of columns of B and C, a multiple of the number of lanes.</param>
    /// <param name="depth">The number of columns of A and of rows of B.</param>
    /// <param name="add">Whether to add to the previous values of C.</param>
    /// <typeparam name="T">The vector register.</typeparam>
    public static void Multiply<T>(float* a, int aRow, int aStep, float* b, int bRow, float* c, int cRow, int rows, int columns, int depth, bool add)
        where T : struct, ISimd<T>
    {
        int column = 0;
        for (; columns - column >= 2 * T.Lanes; column += 2 * T.Lanes)
        {
            // AVX-512 has 32 registers, AVX2 has 16.
            if (T.Lanes == 16)
            {
                Multiply8x2<T>(a, aRow, aStep, b + column, bRow, c + column, cRow, rows, depth, add);
            }
            else
            {
                Multiply4x2<T>(a, aRow, aStep, b + column, bRow, c + column, cRow, rows, depth, add);
            }
        }

        if (column < columns)
        {
            Multiply8x1<T>(a, aRow, aStep, b + column, bRow, c + column, cRow, rows, depth, add);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply8x2<T>(float* a, int aRow, int aStep, float* b, int bRow, float* c, int cRow, int rows, int depth, bool add)
        where T : struct, ISimd<T>
    {
        for (int row = 0; row < rows; row += 8, a += 8 * aRow, c += 8 * cRow)
        {
            T l0 = T.Zero, l1 = l0, l2 = l0, l3 = l0, l4 = l0, l5 = l0, l6 = l0, l7 = l0;
            T r0 = l0, r1 = l0, r2 = l0, r3 = l0, r4 = l0, r5 = l0, r6 = l0, r7 = l0;
            float* a0 = a, a1 = a0 + aRow, a2 = a1 + aRow, a3 = a2 + aRow, a4 = a3 + aRow, a5 = a4 + aRow, a6 = a5 + aRow, a7 = a6 + aRow;
            float* bk = b;
            nint offset = 0;
            for (int k = 0; k < depth; k++, offset += aStep, bk += bRow)
            {
                T left = T.Load(bk), right = T.Load(bk + T.Lanes);
                T v = T.Create(a0[offset]);
                l0 = T.FusedMultiplyAdd(v, left, l0);
                r0 = T.FusedMultiplyAdd(v, right, r0);
                v = T.Create(a1[offset]);
                l1 = T.FusedMultiplyAdd(v, left, l1);
                r1 = T.FusedMultiplyAdd(v, right, r1);
                v = T.Create(a2[offset]);
                l2 = T.FusedMultiplyAdd(v, left, l2);
                r2 = T.FusedMultiplyAdd(v, right, r2);
                v = T.Create(a3[offset]);
                l3 = T.FusedMultiplyAdd(v, left, l3);
                r3 = T.FusedMultiplyAdd(v, right, r3);
                v = T.Create(a4[offset]);
                l4 = T.FusedMultiplyAdd(v, left, l4);
                r4 = T.FusedMultiplyAdd(v, right, r4);
                v = T.Create(a5[offset]);
                l5 = T.FusedMultiplyAdd(v, left, l5);
                r5 = T.FusedMultiplyAdd(v, right, r5);
                v = T.Create(a6[offset]);
                l6 = T.FusedMultiplyAdd(v, left, l6);
                r6 = T.FusedMultiplyAdd(v, right, r6);
                v = T.Create(a7[offset]);
                l7 = T.FusedMultiplyAdd(v, left, l7);
                r7 = T.FusedMultiplyAdd(v, right, r7);
            }

            float* target = c;
            Put(target, l0, r0, add);
            Put(target += cRow, l1, r1, add);
            Put(target += cRow, l2, r2, add);
            Put(target += cRow, l3, r3, add);
            Put(target += cRow, l4, r4, add);
            Put(target += cRow, l5, r5, add);
            Put(target += cRow, l6, r6, add);
            Put(target + cRow, l7, r7, add);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply4x2<T>(float* a, int aRow, int aStep, float* b, int bRow, float* c, int cRow, int rows, int depth, bool add)
        where T : struct, ISimd<T>
    {
        for (int row = 0; row < rows; row += 4, a += 4 * aRow, c += 4 * cRow)
        {
            T l0 = T.Zero, l1 = l0, l2 = l0, l3 = l0, r0 = l0, r1 = l0, r2 = l0, r3 = l0;
            float* a0 = a, a1 = a0 + aRow, a2 = a1 + aRow, a3 = a2 + aRow;
            float* bk = b;
            nint offset = 0;
            for (int k = 0; k < depth; k++, offset += aStep, bk += bRow)
            {
                T left = T.Load(bk), right = T.Load(bk + T.Lanes);
                T v = T.Create(a0[offset]);
                l0 = T.FusedMultiplyAdd(v, left, l0);
                r0 = T.FusedMultiplyAdd(v, right, r0);
                v = T.Create(a1[offset]);
                l1 = T.FusedMultiplyAdd(v, left, l1);
                r1 = T.FusedMultiplyAdd(v, right, r1);
                v = T.Create(a2[offset]);
                l2 = T.FusedMultiplyAdd(v, left, l2);
                r2 = T.FusedMultiplyAdd(v, right, r2);
                v = T.Create(a3[offset]);
                l3 = T.FusedMultiplyAdd(v, left, l3);
                r3 = T.FusedMultiplyAdd(v, right, r3);
            }

            float* target = c;
            Put(target, l0, r0, add);
            Put(target += cRow, l1, r1, add);
            Put(target += cRow, l2, r2, add);
            Put(target + cRow, l3, r3, add);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply8x1<T>(float* a, int aRow, int aStep, float* b, int bRow, float* c, int cRow, int rows, int depth, bool add)
        where T : struct, ISimd<T>
    {
        for (int row = 0; row < rows; row += 8, a += 8 * aRow, c += 8 * cRow)
        {
            T s0 = T.Zero, s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
            float* a0 = a, a1 = a0 + aRow, a2 = a1 + aRow, a3 = a2 + aRow, a4 = a3 + aRow, a5 = a4 + aRow, a6 = a5 + aRow, a7 = a6 + aRow;
            float* bk = b;
            nint offset = 0;
            for (int k = 0; k < depth; k++, offset += aStep, bk += bRow)
            {
                T v = T.Load(bk);
                s0 = T.FusedMultiplyAdd(T.Create(a0[offset]), v, s0);
                s1 = T.FusedMultiplyAdd(T.Create(a1[offset]), v, s1);
                s2 = T.FusedMultiplyAdd(T.Create(a2[offset]), v, s2);
                s3 = T.FusedMultiplyAdd(T.Create(a3[offset]), v, s3);
                s4 = T.FusedMultiplyAdd(T.Create(a4[offset]), v, s4);
                s5 = T.FusedMultiplyAdd(T.Create(a5[offset]), v, s5);
                s6 = T.FusedMultiplyAdd(T.Create(a6[offset]), v, s6);
                s7 = T.FusedMultiplyAdd(T.Create(a7[offset]), v, s7);
            }

            float* target = c;
            Put(target, s0, add);
            Put(target += cRow, s1, add);
            Put(target += cRow, s2, add);
            Put(target += cRow, s3, add);
            Put(target += cRow, s4, add);
            Put(target += cRow, s5, add);
            Put(target += cRow, s6, add);
            Put(target + cRow, s7, add);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<T>(float* target, T left, T right, bool add)
        where T : struct, ISimd<T>
    {
        Put(target, left, add);
        Put(target + T.Lanes, right, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<T>(float* target, T value, bool add)
        where T : struct, ISimd<T> => T.Store(add ? T.Load(target) + value : value, target);
}

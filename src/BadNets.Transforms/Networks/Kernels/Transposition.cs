using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace BadNets.Transforms;

/// <summary>Copies a matrix with rows and columns exchanged.</summary>
static unsafe class Transposition
{
    private const int Block = 4;

    /// <summary>Writes the transpose of a matrix.</summary>
    /// <param name="source">The matrix, whose columns are adjacent.</param>
    /// <param name="sourceRow">The distance between its rows.</param>
    /// <param name="rows">The number of its rows.</param>
    /// <param name="columns">The number of its columns.</param>
    /// <param name="target">Receives columns × rows values.</param>
    /// <param name="targetRow">The distance between rows of the result.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(float* source, nint sourceRow, int rows, int columns, float* target, nint targetRow)
    {
        int wholeRows = rows - (rows % Block), wholeColumns = columns - (columns % Block);
        for (int column = 0; column < wholeColumns; column += Block)
        {
            for (int row = 0; row < wholeRows; row += Block)
            {
                CopyBlock(source + (row * sourceRow) + column, sourceRow, target + (column * targetRow) + row, targetRow);
            }
        }

        CopyRest(source, sourceRow, wholeRows, rows, 0, columns, target, targetRow);
        CopyRest(source, sourceRow, 0, wholeRows, wholeColumns, columns, target, targetRow);
    }

    private static void CopyRest(float* source, nint sourceRow, int firstRow, int rows, int firstColumn, int columns, float* target, nint targetRow)
    {
        for (int row = firstRow; row < rows; row++)
        {
            for (int column = firstColumn; column < columns; column++)
            {
                target[(column * targetRow) + row] = source[(row * sourceRow) + column];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyBlock(float* source, nint sourceRow, float* target, nint targetRow)
    {
        float* source2 = source + (2 * sourceRow), target2 = target + (2 * targetRow);
        Vector128<float> r0 = Vector128.Load(source), r1 = Vector128.Load(source + sourceRow), r2 = Vector128.Load(source2), r3 = Vector128.Load(source2 + sourceRow);
        Vector128<double> low01 = Lower(r0, r1), low23 = Lower(r2, r3), high01 = Upper(r0, r1), high23 = Upper(r2, r3);
        Vector128.Store(Lower(low01, low23), target);
        Vector128.Store(Upper(low01, low23), target + targetRow);
        Vector128.Store(Lower(high01, high23), target2);
        Vector128.Store(Upper(high01, high23), target2 + targetRow);
    }

    // a0 b0 a1 b1, as two pairs.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> Lower(Vector128<float> a, Vector128<float> b) => (
        Sse.IsSupported ? Sse.UnpackLow(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b)
        : Vector128.Create(a[0], b[0], a[1], b[1])).AsDouble();

    // a2 b2 a3 b3, as two pairs.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> Upper(Vector128<float> a, Vector128<float> b) => (
        Sse.IsSupported ? Sse.UnpackHigh(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b)
        : Vector128.Create(a[2], b[2], a[3], b[3])).AsDouble();

    // The first pairs of both.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Lower(Vector128<double> a, Vector128<double> b) => (
        Sse2.IsSupported ? Sse2.UnpackLow(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b)
        : Vector128.Create(a[0], b[0])).AsSingle();

    // The second pairs of both.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Upper(Vector128<double> a, Vector128<double> b) => (
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b)
        : Vector128.Create(a[1], b[1])).AsSingle();
}

using System.Runtime.CompilerServices;

namespace BadNets.Transforms;

/// <summary>
/// A convolution with stride 1 by the method F(4×4, 3×3) of Lavin and Gray 2015, "Fast Algorithms for Convolutional Neural Networks": 36 multiplications
/// instead of 144 for 4×4 outputs.
/// </summary>
/// <remarks>
/// A tile of 6×6 inputs d and a filter g give the 4×4 outputs Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A. Summed over the channels, each of the 36 points of the
/// elementwise product is a matrix product: tiles × channels times channels × filters. The gradient of the weights is the transposed map, Gᵀ[Σ (Bᵀ d B)
/// ⊙ (A e Aᵀ)]G with the gradient e of the outputs. The gradient of the input is a convolution of e with the rotated filters.
/// </remarks>
/// <typeparam name="T">The vector register. The numbers of channels and filters are multiples of its lanes.</typeparam>
sealed unsafe class WinogradConvolution3x3<T> : Convolution3x3
    where T : struct, ISimd<T>
{
    private const int Kernel = 3;
    private const int Outputs = 4;
    private const int Inputs = 6;
    private const int Points = Inputs * Inputs;

    // The polynomials that the method multiplies are evaluated at 0, ±P, ±Q, and infinity. Any numbers would do. With these, the rounding errors are a
    // quarter of those with the usual 1 and 2, and all powers are exact.
    private const float P = 0.625f;
    private const float Q = 1.5f;
    private const float P2 = P * P;
    private const float Q2 = Q * Q;

    // 1 divided by the product of the differences from the other numbers.
    private const float OfZero = 1 / (P2 * Q2);
    private const float OfP = 1 / (2 * P2 * (P2 - Q2));
    private const float OfQ = 1 / (2 * Q2 * (Q2 - P2));

    // Few enough that all points stay in the second-level cache, and enough that the weights are read rarely.
    private const int TilesAtOnce = 48;

    // Without it, the points of a tile would be a power of two apart and would be in each other's way in the cache.
    private const int Gap = 16;

    private readonly int _channels;
    private readonly int _filters;
    private readonly int _tileRows;
    private readonly int _tileColumns;

    // The rows of tiles that are processed together, which can be in several images.
    private readonly int _rowsAtOnce;
    private readonly int _channelPoint;
    private readonly int _filterPoint;

    public WinogradConvolution3x3(int channels, int filters, int height, int width)
    {
        (_channels, _filters) = (channels, filters);
        (_tileRows, _tileColumns) = ((height + Outputs - 1) / Outputs, (width + Outputs - 1) / Outputs);
        Input = new(channels, height, width, 1, _tileRows * Outputs + 2, _tileColumns * Outputs + 2);
        OutputGradient = Input with { Channels = filters };
        _rowsAtOnce = Math.Max(1, TilesAtOnce / _tileColumns);
        MostImages = Math.Max(1, _rowsAtOnce / _tileRows);
        int tiles = _rowsAtOnce * _tileColumns;
        (_channelPoint, _filterPoint) = (tiles * channels + Gap, tiles * filters + Gap);
    }

    public override PaddedImage Input { get; }

    public override PaddedImage OutputGradient { get; }

    public override int MostImages { get; }

    public override int PackedSize => Points * _channels * _filters;

    public override int ScratchSize => Points * (_channelPoint + _filterPoint + T.Lanes);

    public override void PackForForward(float* weight, float* packed)
    {
        using AlignedBuffer planes = new(Kernel * Kernel * _channels * _filters);
        float* plane = planes.Pointer;
        for (int tap = 0; tap < Kernel * Kernel; tap++)
        {
            for (int c = 0; c < _channels; c++)
            {
                for (int f = 0; f < _filters; f++)
                {
                    *plane++ = weight[((f * _channels) + c) * Kernel * Kernel + tap];
                }
            }
        }

        TransformWeights(planes.Pointer, packed, _channels * _filters);
    }

    public override void PackForInputGradient(float* weight, float* packed)
    {
        using AlignedBuffer planes = new(Kernel * Kernel * _channels * _filters);
        float* plane = planes.Pointer;
        for (int tap = Kernel * Kernel - 1; tap >= 0; tap--)
        {
            for (int fc = 0; fc < _filters * _channels; fc++)
            {
                *plane++ = weight[fc * Kernel * Kernel + tap];
            }
        }

        TransformWeights(planes.Pointer, packed, _channels * _filters);
    }

    public override void UnpackGradient(float* sum, float* weightGradient)
    {
        using AlignedBuffer planes = new(Kernel * Kernel * _channels * _filters);
        TransformWeightGradient(sum, planes.Pointer, _channels * _filters);
        float* plane = planes.Pointer;
        for (int tap = 0; tap < Kernel * Kernel; tap++)
        {
            for (int c = 0; c < _channels; c++)
            {
                for (int f = 0; f < _filters; f++)
                {
                    weightGradient[((f * _channels) + c) * Kernel * Kernel + tap] = *plane++;
                }
            }
        }
    }

    public override void Forward(float* paddedInput, int images, float* packed, float* output, float* scratch) =>
        Convolve(Input, _channelPoint, paddedInput, images, packed, OutputGradient, _filterPoint, output, scratch);

    public override void InputGradient(float* paddedOutputGradient, int images, float* packed, float* inputGradient, float* scratch) =>
        Convolve(OutputGradient, _filterPoint, paddedOutputGradient, images, packed, Input, _channelPoint, inputGradient, scratch);

    public override void WeightGradient(float* paddedInput, float* paddedOutputGradient, int images, float* sum, bool add, float* scratch)
    {
        float* gradients = scratch + Points * _channelPoint, lines = gradients + Points * _filterPoint;
        for (int first = 0; first < images * _tileRows; first += _rowsAtOnce, add = true)
        {
            int end = Math.Min(first + _rowsAtOnce, images * _tileRows);
            TransformInput(Input, paddedInput, first, end, scratch, _channelPoint, lines);
            TransformOutputGradient(OutputGradient, paddedOutputGradient, first, end, gradients, _filterPoint, lines);
            for (int point = 0; point < Points; point++)
            {
                MatrixProduct<T>.Multiply(
                    rows: _channels, depth: (end - first) * _tileColumns, columns: _filters,
                    scratch + point * _channelPoint, 1, _channels, gradients + point * _filterPoint, _filters, sum + point * _channels * _filters, _filters, add);
            }
        }
    }

    private void Convolve(
        in PaddedImage source, int sourcePoint, float* padded, int images, float* packed, in PaddedImage result, int resultPoint, float* output, float* scratch)
    {
        float* products = scratch + Points * sourcePoint, lines = products + Points * resultPoint;
        for (int first = 0; first < images * _tileRows; first += _rowsAtOnce)
        {
            int end = Math.Min(first + _rowsAtOnce, images * _tileRows);
            TransformInput(source, padded, first, end, scratch, sourcePoint, lines);
            for (int point = 0; point < Points; point++)
            {
                MatrixProduct<T>.Multiply(
                    rows: (end - first) * _tileColumns, depth: source.Channels, columns: result.Channels,
                    scratch + point * sourcePoint, source.Channels, 1, packed + point * _channels * _filters, result.Channels, products + point * resultPoint, result.Channels);
            }

            TransformOutput(result, products, resultPoint, first, end, output, lines);
        }
    }

    // The rows of tiles are counted through all images.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void TransformInput(in PaddedImage layout, float* padded, int firstRow, int endRow, float* points, int pointStep, float* lines)
    {
        int channels = layout.Channels, row = layout.PaddedRow;
        for (int y = firstRow; y < endRow; y++)
        {
            float* tile = padded + y / _tileRows * layout.PaddedSize + y % _tileRows * Outputs * row;
            for (int x = 0; x < _tileColumns; x++, tile += Outputs * channels, points += channels)
            {
                for (int c = 0; c < channels; c += T.Lanes)
                {
                    for (int i = 0; i < Inputs; i++)
                    {
                        InputLine(tile + c + i * channels, row, lines + i * T.Lanes, Inputs * T.Lanes);
                    }

                    for (int i = 0; i < Inputs; i++)
                    {
                        InputLine(lines + i * Inputs * T.Lanes, T.Lanes, points + c + i * Inputs * pointStep, pointStep);
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void TransformOutput(in PaddedImage layout, float* points, int pointStep, int firstRow, int endRow, float* output, float* lines)
    {
        int channels = layout.Channels, row = layout.ImageRow;
        for (int y = firstRow; y < endRow; y++)
        {
            int top = y % _tileRows * Outputs, height = Math.Min(Outputs, layout.Height - top);
            float* tile = output + y / _tileRows * layout.ImageSize + top * row;
            for (int x = 0; x < _tileColumns; x++, tile += Outputs * channels, points += channels)
            {
                int width = Math.Min(Outputs, layout.Width - x * Outputs);
                for (int c = 0; c < channels; c += T.Lanes)
                {
                    for (int i = 0; i < Inputs; i++)
                    {
                        OutputLine(points + c + i * pointStep, Inputs * pointStep, lines + i * T.Lanes, Inputs * T.Lanes);
                    }

                    for (int i = 0; i < height; i++)
                    {
                        float* line = lines + i * Inputs * T.Lanes, target = tile + c + i * row;
                        if (width == Outputs)
                        {
                            OutputLine(line, T.Lanes, target, channels);
                            continue;
                        }

                        OutputLine(line, T.Lanes, line, T.Lanes);
                        for (int j = 0; j < width; j++)
                        {
                            T.Store(T.Load(line + j * T.Lanes), target + j * channels);
                        }
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void TransformOutputGradient(in PaddedImage layout, float* padded, int firstRow, int endRow, float* points, int pointStep, float* lines)
    {
        int channels = layout.Channels, row = layout.PaddedRow;
        for (int y = firstRow; y < endRow; y++)
        {
            float* tile = padded + layout.Start + y / _tileRows * layout.PaddedSize + y % _tileRows * Outputs * row;
            for (int x = 0; x < _tileColumns; x++, tile += Outputs * channels, points += channels)
            {
                for (int c = 0; c < channels; c += T.Lanes)
                {
                    for (int i = 0; i < Outputs; i++)
                    {
                        OutputGradientLine(tile + c + i * channels, row, lines + i * T.Lanes, Inputs * T.Lanes);
                    }

                    for (int i = 0; i < Inputs; i++)
                    {
                        OutputGradientLine(lines + i * Inputs * T.Lanes, T.Lanes, points + c + i * Inputs * pointStep, pointStep);
                    }
                }
            }
        }
    }

    // Weights and their points are planes of channels × filters.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void TransformWeights(float* planes, float* points, int plane)
    {
        float* lines = stackalloc float[Inputs * Kernel * T.Lanes];
        for (int at = 0; at < plane; at += T.Lanes)
        {
            for (int i = 0; i < Kernel; i++)
            {
                WeightLine(planes + at + i * plane, Kernel * plane, lines + i * T.Lanes, Kernel * T.Lanes);
            }

            for (int i = 0; i < Inputs; i++)
            {
                WeightLine(lines + i * Kernel * T.Lanes, T.Lanes, points + at + i * Inputs * plane, plane);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void TransformWeightGradient(float* points, float* planes, int plane)
    {
        float* lines = stackalloc float[Inputs * Kernel * T.Lanes];
        for (int at = 0; at < plane; at += T.Lanes)
        {
            for (int i = 0; i < Inputs; i++)
            {
                WeightGradientLine(points + at + i * plane, Inputs * plane, lines + i * T.Lanes, Inputs * T.Lanes);
            }

            for (int i = 0; i < Kernel; i++)
            {
                WeightGradientLine(lines + i * Inputs * T.Lanes, T.Lanes, planes + at + i * Kernel * plane, plane);
            }
        }
    }

    // Bᵀ
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InputLine(float* source, int sourceStep, float* target, int targetStep)
    {
        T d1 = T.Load(source + sourceStep), d2 = T.Load(source + 2 * sourceStep), d3 = T.Load(source + 3 * sourceStep), d4 = T.Load(source + 4 * sourceStep);
        T product = T.Create(P2 * Q2), minusSum = T.Create(-P2 - Q2);
        T.Store(T.FusedMultiplyAdd(product, T.Load(source), T.FusedMultiplyAdd(minusSum, d2, d4)), target);
        T even = T.FusedMultiplyAdd(T.Create(-Q2), d2, d4), odd = T.FusedMultiplyAdd(T.Create(-Q2), d1, d3);
        T.Store(T.FusedMultiplyAdd(T.Create(P), odd, even), target + targetStep);
        T.Store(T.FusedMultiplyAdd(T.Create(-P), odd, even), target + 2 * targetStep);
        even = T.FusedMultiplyAdd(T.Create(-P2), d2, d4);
        odd = T.FusedMultiplyAdd(T.Create(-P2), d1, d3);
        T.Store(T.FusedMultiplyAdd(T.Create(Q), odd, even), target + 3 * targetStep);
        T.Store(T.FusedMultiplyAdd(T.Create(-Q), odd, even), target + 4 * targetStep);
        T.Store(T.FusedMultiplyAdd(product, d1, T.FusedMultiplyAdd(minusSum, d3, T.Load(source + 5 * sourceStep))), target + 5 * targetStep);
    }

    // Aᵀ
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OutputLine(float* source, int sourceStep, float* target, int targetStep)
    {
        T m1 = T.Load(source + sourceStep), m2 = T.Load(source + 2 * sourceStep), m3 = T.Load(source + 3 * sourceStep), m4 = T.Load(source + 4 * sourceStep);
        T m5 = T.Load(source + 5 * sourceStep);
        T sumP = m1 + m2, differenceP = m1 - m2, sumQ = m3 + m4, differenceQ = m3 - m4;
        T.Store(T.Load(source) + sumP + sumQ, target);
        T.Store(T.FusedMultiplyAdd(T.Create(P), differenceP, differenceQ * T.Create(Q)), target + targetStep);
        T.Store(T.FusedMultiplyAdd(T.Create(P2), sumP, sumQ * T.Create(Q2)), target + 2 * targetStep);
        T.Store(T.FusedMultiplyAdd(T.Create(P * P2), differenceP, T.FusedMultiplyAdd(T.Create(Q * Q2), differenceQ, m5)), target + 3 * targetStep);
    }

    // A
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OutputGradientLine(float* source, int sourceStep, float* target, int targetStep)
    {
        T y0 = T.Load(source), y1 = T.Load(source + sourceStep), y2 = T.Load(source + 2 * sourceStep), y3 = T.Load(source + 3 * sourceStep);
        T.Store(y0, target);
        T even = T.FusedMultiplyAdd(T.Create(P2), y2, y0), odd = T.FusedMultiplyAdd(T.Create(P2), y3, y1);
        T.Store(T.FusedMultiplyAdd(T.Create(P), odd, even), target + targetStep);
        T.Store(T.FusedMultiplyAdd(T.Create(-P), odd, even), target + 2 * targetStep);
        even = T.FusedMultiplyAdd(T.Create(Q2), y2, y0);
        odd = T.FusedMultiplyAdd(T.Create(Q2), y3, y1);
        T.Store(T.FusedMultiplyAdd(T.Create(Q), odd, even), target + 3 * targetStep);
        T.Store(T.FusedMultiplyAdd(T.Create(-Q), odd, even), target + 4 * targetStep);
        T.Store(y3, target + 5 * targetStep);
    }

    // G
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WeightLine(float* source, int sourceStep, float* target, int targetStep)
    {
        T g0 = T.Load(source), g1 = T.Load(source + sourceStep), g2 = T.Load(source + 2 * sourceStep);
        T.Store(g0 * T.Create(OfZero), target);
        T even = T.FusedMultiplyAdd(T.Create(P2), g2, g0) * T.Create(OfP), odd = g1 * T.Create(P * OfP);
        T.Store(even + odd, target + targetStep);
        T.Store(even - odd, target + 2 * targetStep);
        even = T.FusedMultiplyAdd(T.Create(Q2), g2, g0) * T.Create(OfQ);
        odd = g1 * T.Create(Q * OfQ);
        T.Store(even + odd, target + 3 * targetStep);
        T.Store(even - odd, target + 4 * targetStep);
        T.Store(g2, target + 5 * targetStep);
    }

    // Gᵀ
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WeightGradientLine(float* source, int sourceStep, float* target, int targetStep)
    {
        T u1 = T.Load(source + sourceStep), u2 = T.Load(source + 2 * sourceStep), u3 = T.Load(source + 3 * sourceStep), u4 = T.Load(source + 4 * sourceStep);
        T ofP = T.Create(OfP), ofQ = T.Create(OfQ), sumP = (u1 + u2) * ofP, differenceP = (u1 - u2) * ofP, sumQ = (u3 + u4) * ofQ, differenceQ = (u3 - u4) * ofQ;
        T.Store(T.FusedMultiplyAdd(T.Create(OfZero), T.Load(source), sumP + sumQ), target);
        T.Store(T.FusedMultiplyAdd(T.Create(P), differenceP, differenceQ * T.Create(Q)), target + targetStep);
        T.Store(T.FusedMultiplyAdd(T.Create(P2), sumP, T.FusedMultiplyAdd(T.Create(Q2), sumQ, T.Load(source + 5 * sourceStep))), target + 2 * targetStep);
    }
}

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
sealed unsafe class WinogradConvolution<T> : Convolution3x3
    where T : struct, ISimd<T>
{
    private const int Kernel = 3;
    private const int Outputs = 4;
    private const int Inputs = 6;
    private const int Points = Inputs * Inputs;

    // Few enough that the points of all tiles stay in the second-level cache, and enough that the weights are read rarely.
    private const int TilesAtOnce = 32;

    // Without it, the points of a tile would be a power of two apart and would be in each other's way in the cache.
    private const int Gap = 16;

    private readonly int _channels;
    private readonly int _filters;
    private readonly int _tileRows;
    private readonly int _tileColumns;
    private readonly int _channelPoint;
    private readonly int _filterPoint;

    public WinogradConvolution(int channels, int filters, int height, int width)
    {
        (_channels, _filters) = (channels, filters);
        (_tileRows, _tileColumns) = ((height + Outputs - 1) / Outputs, (width + Outputs - 1) / Outputs);
        Input = new(channels, height, width, 1, _tileRows * Outputs + 2, _tileColumns * Outputs + 2);
        OutputGradient = Input with { Channels = filters };
        MostImages = Math.Max(1, TilesAtOnce / (_tileRows * _tileColumns));
        int rows = SimdTile.RoundUp(MostImages * _tileRows * _tileColumns);
        (_channelPoint, _filterPoint) = (rows * channels + Gap, rows * filters + Gap);
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

    public override void Forward(float* paddedInput, int images, float* packed, float* output, float* scratch)
    {
        float* products = scratch + Points * _channelPoint, lines = products + Points * _filterPoint;
        TransformInput(Input, paddedInput, images, scratch, _channelPoint, lines);
        MultiplyPoints(scratch, _channels, _channelPoint, images, packed, products, _filters, _filterPoint);
        TransformOutput(OutputGradient, products, _filterPoint, images, output, lines);
    }

    public override void InputGradient(float* paddedOutputGradient, int images, float* packed, float* inputGradient, float* scratch)
    {
        float* products = scratch + Points * _filterPoint, lines = products + Points * _channelPoint;
        TransformInput(OutputGradient, paddedOutputGradient, images, scratch, _filterPoint, lines);
        MultiplyPoints(scratch, _filters, _filterPoint, images, packed, products, _channels, _channelPoint);
        TransformOutput(Input, products, _channelPoint, images, inputGradient, lines);
    }

    public override void WeightGradient(float* paddedInput, float* paddedOutputGradient, int images, float* sum, bool add, float* scratch)
    {
        float* gradients = scratch + Points * _channelPoint, lines = gradients + Points * _filterPoint;
        TransformInput(Input, paddedInput, images, scratch, _channelPoint, lines);
        TransformOutputGradient(OutputGradient, paddedOutputGradient, images, gradients, _filterPoint, lines);
        for (int point = 0; point < Points; point++)
        {
            SimdTile.Multiply<T>(
                scratch + point * _channelPoint, 1, _channels, gradients + point * _filterPoint, _filters, sum + point * _channels * _filters, _filters,
                rows: _channels, columns: _filters, depth: images * _tileRows * _tileColumns, add);
        }
    }

    private void MultiplyPoints(float* inputs, int channels, int inputPoint, int images, float* packed, float* products, int filters, int productPoint)
    {
        // The tiles after the last one have arbitrary values. Nobody reads their products.
        int rows = SimdTile.RoundUp(images * _tileRows * _tileColumns);
        for (int point = 0; point < Points; point++)
        {
            SimdTile.Multiply<T>(
                inputs + point * inputPoint, channels, 1, packed + point * channels * filters, filters, products + point * productPoint, filters,
                rows, columns: filters, depth: channels, add: false);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TransformInput(in PaddedImage layout, float* padded, int images, float* points, int pointStep, float* lines)
    {
        int channels = layout.Channels, row = layout.PaddedRow;
        for (int image = 0; image < images; image++, padded += layout.PaddedSize)
        {
            for (int y = 0; y < _tileRows; y++)
            {
                float* tile = padded + y * Outputs * row;
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
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TransformOutput(in PaddedImage layout, float* points, int pointStep, int images, float* output, float* lines)
    {
        int channels = layout.Channels, row = layout.ImageRow;
        for (int image = 0; image < images; image++, output += layout.ImageSize)
        {
            for (int y = 0; y < _tileRows; y++)
            {
                for (int x = 0; x < _tileColumns; x++, points += channels)
                {
                    float* tile = output + (y * Outputs * row) + (x * Outputs * channels);
                    int height = Math.Min(Outputs, layout.Height - y * Outputs), width = Math.Min(Outputs, layout.Width - x * Outputs);
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
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TransformOutputGradient(in PaddedImage layout, float* padded, int images, float* points, int pointStep, float* lines)
    {
        int channels = layout.Channels, row = layout.PaddedRow;
        padded += layout.Start;
        for (int image = 0; image < images; image++, padded += layout.PaddedSize)
        {
            for (int y = 0; y < _tileRows; y++)
            {
                float* tile = padded + y * Outputs * row;
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
    }

    // Weights and their points are planes of channels × filters.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
        T d0 = T.Load(source), d1 = T.Load(source + sourceStep), d2 = T.Load(source + 2 * sourceStep);
        T d3 = T.Load(source + 3 * sourceStep), d4 = T.Load(source + 4 * sourceStep), d5 = T.Load(source + 5 * sourceStep);
        T four = T.Create(4), minusFour = T.Create(-4), minusFive = T.Create(-5);
        T.Store(T.FusedMultiplyAdd(four, d0, T.FusedMultiplyAdd(minusFive, d2, d4)), target);
        T even = T.FusedMultiplyAdd(minusFour, d2, d4), odd = T.FusedMultiplyAdd(minusFour, d1, d3);
        T.Store(even + odd, target + targetStep);
        T.Store(even - odd, target + 2 * targetStep);
        even = d4 - d2;
        odd = d3 - d1;
        odd += odd;
        T.Store(even + odd, target + 3 * targetStep);
        T.Store(even - odd, target + 4 * targetStep);
        T.Store(T.FusedMultiplyAdd(four, d1, T.FusedMultiplyAdd(minusFive, d3, d5)), target + 5 * targetStep);
    }

    // Aᵀ
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OutputLine(float* source, int sourceStep, float* target, int targetStep)
    {
        T m1 = T.Load(source + sourceStep), m2 = T.Load(source + 2 * sourceStep), m3 = T.Load(source + 3 * sourceStep), m4 = T.Load(source + 4 * sourceStep);
        T m5 = T.Load(source + 5 * sourceStep);
        T sum1 = m1 + m2, difference1 = m1 - m2, sum2 = m3 + m4, difference2 = m3 - m4;
        T.Store(T.Load(source) + sum1 + sum2, target);
        T.Store(T.FusedMultiplyAdd(T.Create(2), difference2, difference1), target + targetStep);
        T.Store(T.FusedMultiplyAdd(T.Create(4), sum2, sum1), target + 2 * targetStep);
        T.Store(T.FusedMultiplyAdd(T.Create(8), difference2, difference1) + m5, target + 3 * targetStep);
    }

    // A
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OutputGradientLine(float* source, int sourceStep, float* target, int targetStep)
    {
        T y0 = T.Load(source), y1 = T.Load(source + sourceStep), y2 = T.Load(source + 2 * sourceStep), y3 = T.Load(source + 3 * sourceStep);
        T four = T.Create(4);
        T.Store(y0, target);
        T even = y0 + y2, odd = y1 + y3;
        T.Store(even + odd, target + targetStep);
        T.Store(even - odd, target + 2 * targetStep);
        even = T.FusedMultiplyAdd(four, y2, y0);
        odd = T.FusedMultiplyAdd(four, y3, y1);
        odd += odd;
        T.Store(even + odd, target + 3 * targetStep);
        T.Store(even - odd, target + 4 * targetStep);
        T.Store(y3, target + 5 * targetStep);
    }

    // G
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WeightLine(float* source, int sourceStep, float* target, int targetStep)
    {
        T g0 = T.Load(source), g1 = T.Load(source + sourceStep), g2 = T.Load(source + 2 * sourceStep);
        T minusSixth = T.Create(-1f / 6), even = (g0 + g2) * minusSixth, odd = g1 * minusSixth;
        T.Store(g0 * T.Create(1f / 4), target);
        T.Store(even + odd, target + targetStep);
        T.Store(even - odd, target + 2 * targetStep);
        even = T.FusedMultiplyAdd(T.Create(1f / 24), g0, g2 * T.Create(1f / 6));
        odd = g1 * T.Create(1f / 12);
        T.Store(even + odd, target + 3 * targetStep);
        T.Store(even - odd, target + 4 * targetStep);
        T.Store(g2, target + 5 * targetStep);
    }

    // Gᵀ
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WeightGradientLine(float* source, int sourceStep, float* target, int targetStep)
    {
        T u1 = T.Load(source + sourceStep), u2 = T.Load(source + 2 * sourceStep), u3 = T.Load(source + 3 * sourceStep), u4 = T.Load(source + 4 * sourceStep);
        T minusSixth = T.Create(-1f / 6), sum1 = (u1 + u2) * minusSixth, sum2 = u3 + u4;
        T.Store(T.FusedMultiplyAdd(T.Create(1f / 4), T.Load(source), T.FusedMultiplyAdd(T.Create(1f / 24), sum2, sum1)), target);
        T.Store(T.FusedMultiplyAdd(minusSixth, u1 - u2, (u3 - u4) * T.Create(1f / 12)), target + targetStep);
        T.Store(T.FusedMultiplyAdd(T.Create(1f / 6), sum2, sum1) + T.Load(source + 5 * sourceStep), target + 2 * targetStep);
    }
}

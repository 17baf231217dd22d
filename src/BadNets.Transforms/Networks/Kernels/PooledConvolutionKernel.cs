using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace BadNets.Transforms;

/// <summary>
/// Computes a 5×5 convolution, ReLU, and 2×2 average pooling of one image in one pass, and their gradients.
/// </summary>
/// <remarks>
/// Images are height × width × channels, so that a vector register holds 16 filters of one position. The inputs of all taps of a kernel row are then
/// contiguous in memory: five times the number of channels. All loops in this class rely on this.
/// </remarks>
static unsafe class PooledConvolutionKernel
{
    private const int Lanes = 16;
    private const int Kernel = ConvolutionShape.Kernel;

    /// <summary>Reorders weights from (filter, channel, row, column) to (row, column, channel, filter).</summary>
    public static void PackForForward(in ConvolutionShape shape, float* weight, float* packed)
    {
        int channels = shape.Channels, filters = shape.Filters;
        for (int tap = 0; tap < Kernel * Kernel; tap++)
        {
            for (int c = 0; c < channels; c++)
            {
                for (int f = 0; f < filters; f++)
                {
                    *packed++ = weight[(((f * channels) + c) * Kernel * Kernel) + tap];
                }
            }
        }
    }

    /// <summary>Reorders weights from (filter, channel, row, column) to (channel block, row, filter, column, channel in its block).</summary>
    public static void PackForBackward(in ConvolutionShape shape, float* weight, float* packed)
    {
        int channels = shape.Channels, filters = shape.Filters;
        for (int block = 0; block < channels; block += Lanes)
        {
            for (int row = 0; row < Kernel; row++)
            {
                for (int f = 0; f < filters; f++)
                {
                    for (int column = 0; column < Kernel; column++)
                    {
                        for (int c = block; c < block + Lanes; c++)
                        {
                            *packed++ = weight[(((((f * channels) + c) * Kernel) + row) * Kernel) + column];
                        }
                    }
                }
            }
        }
    }

    /// <summary>Restores the order of weights that <see cref="PackForForward"/> reordered.</summary>
    public static void Unpack(in ConvolutionShape shape, float* packed, float* weight)
    {
        int channels = shape.Channels, filters = shape.Filters;
        for (int tap = 0; tap < Kernel * Kernel; tap++)
        {
            for (int c = 0; c < channels; c++)
            {
                for (int f = 0; f < filters; f++)
                {
                    weight[(((f * channels) + c) * Kernel * Kernel) + tap] = *packed++;
                }
            }
        }
    }

    /// <summary>
    /// Computes the pooled output of one image. <paramref name="mask"/> receives a bit for each convolution output that is positive. It is null if no
    /// gradient is needed.
    /// </summary>
    public static void Forward(in ConvolutionShape shape, float* input, float* packed, float* bias, float* output, ushort* mask)
    {
        for (int filter = 0; filter < shape.Filters;)
        {
            bool wide = shape.Filters - filter >= 2 * Lanes;
            for (int y = 0; y < shape.PooledHeight; y++)
            {
                for (int x = 0; ; x += 2)
                {
                    // The last tile moves back over columns that are already done, so that it does not exceed the end of the row.
                    x = Math.Min(x, shape.PooledWidth - 2);
                    if (wide)
                    {
                        ForwardTile32(shape, input, packed, bias, output, mask, y, x, filter);
                    }
                    else
                    {
                        ForwardTile16(shape, input, packed, bias, output, mask, y, x, filter);
                    }

                    if (x == shape.PooledWidth - 2)
                    {
                        break;
                    }
                }
            }

            filter += wide ? 2 * Lanes : Lanes;
        }
    }

    // Two rows by four columns of positions and 32 filters, which give two pooled outputs.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardTile32(in ConvolutionShape shape, float* input, float* packed, float* bias, float* output, ushort* mask, int y, int x, int filter)
    {
        int channels = shape.Channels, filters = shape.Filters, rowSize = shape.Width * channels;
        Vector512<float> biasA = Vector512.Load(bias + filter), biasB = Vector512.Load(bias + filter + Lanes);
        Vector512<float> a00 = biasA, a01 = biasA, a02 = biasA, a03 = biasA, a10 = biasA, a11 = biasA, a12 = biasA, a13 = biasA;
        Vector512<float> b00 = biasB, b01 = biasB, b02 = biasB, b03 = biasB, b10 = biasB, b11 = biasB, b12 = biasB, b13 = biasB;
        float* w = packed + filter;
        float* row = input + (2 * y * rowSize) + (2 * x * channels);
        int taps = Kernel * channels;
        for (int ky = 0; ky < Kernel; ky++, row += rowSize)
        {
            float* i0 = row;
            float* i1 = i0 + channels;
            float* i2 = i1 + channels;
            float* i3 = i2 + channels;
            float* j0 = row + rowSize;
            float* j1 = j0 + channels;
            float* j2 = j1 + channels;
            float* j3 = j2 + channels;
            for (int t = 0; t < taps; t++, w += filters)
            {
                Vector512<float> wa = Vector512.Load(w), wb = Vector512.Load(w + Lanes);
                Vector512<float> v = Vector512.Create(i0[t]);
                a00 = Vector512.FusedMultiplyAdd(v, wa, a00);
                b00 = Vector512.FusedMultiplyAdd(v, wb, b00);
                v = Vector512.Create(i1[t]);
                a01 = Vector512.FusedMultiplyAdd(v, wa, a01);
                b01 = Vector512.FusedMultiplyAdd(v, wb, b01);
                v = Vector512.Create(i2[t]);
                a02 = Vector512.FusedMultiplyAdd(v, wa, a02);
                b02 = Vector512.FusedMultiplyAdd(v, wb, b02);
                v = Vector512.Create(i3[t]);
                a03 = Vector512.FusedMultiplyAdd(v, wa, a03);
                b03 = Vector512.FusedMultiplyAdd(v, wb, b03);
                v = Vector512.Create(j0[t]);
                a10 = Vector512.FusedMultiplyAdd(v, wa, a10);
                b10 = Vector512.FusedMultiplyAdd(v, wb, b10);
                v = Vector512.Create(j1[t]);
                a11 = Vector512.FusedMultiplyAdd(v, wa, a11);
                b11 = Vector512.FusedMultiplyAdd(v, wb, b11);
                v = Vector512.Create(j2[t]);
                a12 = Vector512.FusedMultiplyAdd(v, wa, a12);
                b12 = Vector512.FusedMultiplyAdd(v, wb, b12);
                v = Vector512.Create(j3[t]);
                a13 = Vector512.FusedMultiplyAdd(v, wa, a13);
                b13 = Vector512.FusedMultiplyAdd(v, wb, b13);
            }
        }

        int window = (y * shape.PooledWidth) + x;
        Pool(shape, a00, a01, a10, a11, output, mask, window, filter);
        Pool(shape, b00, b01, b10, b11, output, mask, window, filter + Lanes);
        Pool(shape, a02, a03, a12, a13, output, mask, window + 1, filter);
        Pool(shape, b02, b03, b12, b13, output, mask, window + 1, filter + Lanes);
    }

    // The same for 16 filters.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardTile16(in ConvolutionShape shape, float* input, float* packed, float* bias, float* output, ushort* mask, int y, int x, int filter)
    {
        int channels = shape.Channels, filters = shape.Filters, rowSize = shape.Width * channels;
        Vector512<float> a00 = Vector512.Load(bias + filter), a01 = a00, a02 = a00, a03 = a00, a10 = a00, a11 = a00, a12 = a00, a13 = a00;
        float* w = packed + filter;
        float* row = input + (2 * y * rowSize) + (2 * x * channels);
        int taps = Kernel * channels;
        for (int ky = 0; ky < Kernel; ky++, row += rowSize)
        {
            float* i0 = row;
            float* i1 = i0 + channels;
            float* i2 = i1 + channels;
            float* i3 = i2 + channels;
            float* j0 = row + rowSize;
            float* j1 = j0 + channels;
            float* j2 = j1 + channels;
            float* j3 = j2 + channels;
            for (int t = 0; t < taps; t++, w += filters)
            {
                Vector512<float> wa = Vector512.Load(w);
                a00 = Vector512.FusedMultiplyAdd(Vector512.Create(i0[t]), wa, a00);
                a01 = Vector512.FusedMultiplyAdd(Vector512.Create(i1[t]), wa, a01);
                a02 = Vector512.FusedMultiplyAdd(Vector512.Create(i2[t]), wa, a02);
                a03 = Vector512.FusedMultiplyAdd(Vector512.Create(i3[t]), wa, a03);
                a10 = Vector512.FusedMultiplyAdd(Vector512.Create(j0[t]), wa, a10);
                a11 = Vector512.FusedMultiplyAdd(Vector512.Create(j1[t]), wa, a11);
                a12 = Vector512.FusedMultiplyAdd(Vector512.Create(j2[t]), wa, a12);
                a13 = Vector512.FusedMultiplyAdd(Vector512.Create(j3[t]), wa, a13);
            }
        }

        int window = (y * shape.PooledWidth) + x;
        Pool(shape, a00, a01, a10, a11, output, mask, window, filter);
        Pool(shape, a02, a03, a12, a13, output, mask, window + 1, filter);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pool(
        in ConvolutionShape shape, Vector512<float> v00, Vector512<float> v01, Vector512<float> v10, Vector512<float> v11, float* output, ushort* mask, int window, int filter)
    {
        Vector512<float> zero = Vector512<float>.Zero;
        // In this order of arguments, the machine instruction propagates a NaN, like ReLU.
        Vector512<float> sum = Vector512.MaxNative(zero, v00) + Vector512.MaxNative(zero, v01) + Vector512.MaxNative(zero, v10) + Vector512.MaxNative(zero, v11);
        Vector512.Store(sum * 0.25f, output + (window * shape.Filters) + filter);
        if (mask != null)
        {
            int blocks = shape.Filters / Lanes;
            mask += (window * 4 * blocks) + (filter / Lanes);
            mask[0] = (ushort)Vector512.GreaterThan(v00, zero).ExtractMostSignificantBits();
            mask[blocks] = (ushort)Vector512.GreaterThan(v01, zero).ExtractMostSignificantBits();
            mask[2 * blocks] = (ushort)Vector512.GreaterThan(v10, zero).ExtractMostSignificantBits();
            mask[3 * blocks] = (ushort)Vector512.GreaterThan(v11, zero).ExtractMostSignificantBits();
        }
    }

    /// <summary>
    /// Spreads the gradient of the pooled output over the output of the convolution, used height × used width × filters, and adds its sum to the
    /// gradient of the bias.
    /// </summary>
    public static void Spread(in ConvolutionShape shape, float* outputGradient, ushort* mask, float* spread, float* biasGradient)
    {
        int filters = shape.Filters, rowSize = shape.UsedWidth * filters;
        Vector512<int> bits = Vector512.Create(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
        for (int filter = 0; filter < filters; filter += Lanes)
        {
            Vector512<float> sum = Vector512<float>.Zero;
            for (int y = 0; y < shape.PooledHeight; y++)
            {
                for (int x = 0; x < shape.PooledWidth; x++)
                {
                    int window = (y * shape.PooledWidth) + x;
                    Vector512<float> value = Vector512.Load(outputGradient + (window * filters) + filter) * 0.25f;
                    ushort* positive = mask + (((window * 4 * filters) + filter) / Lanes);
                    float* target = spread + (2 * y * rowSize) + (2 * x * filters) + filter;
                    for (int q = 0; q < 4; q++)
                    {
                        Vector512<int> chosen = Vector512.Equals(Vector512.Create((int)positive[q * (filters / Lanes)]) & bits, bits);
                        Vector512<float> kept = chosen.AsSingle() & value;
                        sum += kept;
                        Vector512.Store(kept, target + ((q >> 1) * rowSize) + ((q & 1) * filters));
                    }
                }
            }

            Vector512.Store(Vector512.Load(biasGradient + filter) + sum, biasGradient + filter);
        }
    }

    /// <summary>Adds the contribution of one image to the gradient of the weights, in the order of <see cref="PackForForward"/>.</summary>
    public static void AddWeightGradient(in ConvolutionShape shape, float* input, float* spread, float* gradient)
    {
        int filters = shape.Filters, taps = Kernel * shape.Channels;
        for (int ky = 0; ky < Kernel; ky++)
        {
            for (int t = 0; t < taps; t += 5)
            {
                float* rows = input + (ky * shape.Width * shape.Channels) + t;
                float* target = gradient + (((ky * taps) + t) * filters);
                int filter = 0;
                for (; filters - filter >= 2 * Lanes; filter += 2 * Lanes)
                {
                    AddWeightGradient32(shape, rows, spread + filter, target + filter);
                }

                if (filter < filters)
                {
                    AddWeightGradient16(shape, rows, spread + filter, target + filter);
                }
            }
        }
    }

    // Five taps that are contiguous in the input, and 32 filters.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddWeightGradient32(in ConvolutionShape shape, float* input, float* spread, float* target)
    {
        int channels = shape.Channels, filters = shape.Filters, skip = (shape.Width - shape.UsedWidth) * channels, height = shape.UsedHeight, width = shape.UsedWidth;
        float* end = target + (4 * filters);
        Vector512<float> a0 = Vector512.Load(target), a1 = Vector512.Load(target + filters), a2 = Vector512.Load(target + (2 * filters)), a3 = Vector512.Load(target + (3 * filters)), a4 = Vector512.Load(end);
        Vector512<float> b0 = Vector512.Load(target + Lanes), b1 = Vector512.Load(target + filters + Lanes), b2 = Vector512.Load(target + (2 * filters) + Lanes), b3 = Vector512.Load(target + (3 * filters) + Lanes), b4 = Vector512.Load(end + Lanes);
        for (int y = 0; y < height; y++, input += skip)
        {
            for (int x = 0; x < width; x++, input += channels, spread += filters)
            {
                Vector512<float> ga = Vector512.Load(spread), gb = Vector512.Load(spread + Lanes);
                Vector512<float> v = Vector512.Create(input[0]);
                a0 = Vector512.FusedMultiplyAdd(v, ga, a0);
                b0 = Vector512.FusedMultiplyAdd(v, gb, b0);
                v = Vector512.Create(input[1]);
                a1 = Vector512.FusedMultiplyAdd(v, ga, a1);
                b1 = Vector512.FusedMultiplyAdd(v, gb, b1);
                v = Vector512.Create(input[2]);
                a2 = Vector512.FusedMultiplyAdd(v, ga, a2);
                b2 = Vector512.FusedMultiplyAdd(v, gb, b2);
                v = Vector512.Create(input[3]);
                a3 = Vector512.FusedMultiplyAdd(v, ga, a3);
                b3 = Vector512.FusedMultiplyAdd(v, gb, b3);
                v = Vector512.Create(input[4]);
                a4 = Vector512.FusedMultiplyAdd(v, ga, a4);
                b4 = Vector512.FusedMultiplyAdd(v, gb, b4);
            }
        }

        Vector512.Store(a0, target);
        Vector512.Store(b0, target + Lanes);
        Vector512.Store(a1, target + filters);
        Vector512.Store(b1, target + filters + Lanes);
        Vector512.Store(a2, target + (2 * filters));
        Vector512.Store(b2, target + (2 * filters) + Lanes);
        Vector512.Store(a3, target + (3 * filters));
        Vector512.Store(b3, target + (3 * filters) + Lanes);
        Vector512.Store(a4, end);
        Vector512.Store(b4, end + Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddWeightGradient16(in ConvolutionShape shape, float* input, float* spread, float* target)
    {
        int channels = shape.Channels, filters = shape.Filters, skip = (shape.Width - shape.UsedWidth) * channels, height = shape.UsedHeight, width = shape.UsedWidth;
        float* end = target + (4 * filters);
        Vector512<float> a0 = Vector512.Load(target), a1 = Vector512.Load(target + filters), a2 = Vector512.Load(target + (2 * filters)), a3 = Vector512.Load(target + (3 * filters)), a4 = Vector512.Load(end);
        for (int y = 0; y < height; y++, input += skip)
        {
            for (int x = 0; x < width; x++, input += channels, spread += filters)
            {
                Vector512<float> g = Vector512.Load(spread);
                a0 = Vector512.FusedMultiplyAdd(Vector512.Create(input[0]), g, a0);
                a1 = Vector512.FusedMultiplyAdd(Vector512.Create(input[1]), g, a1);
                a2 = Vector512.FusedMultiplyAdd(Vector512.Create(input[2]), g, a2);
                a3 = Vector512.FusedMultiplyAdd(Vector512.Create(input[3]), g, a3);
                a4 = Vector512.FusedMultiplyAdd(Vector512.Create(input[4]), g, a4);
            }
        }

        Vector512.Store(a0, target);
        Vector512.Store(a1, target + filters);
        Vector512.Store(a2, target + (2 * filters));
        Vector512.Store(a3, target + (3 * filters));
        Vector512.Store(a4, end);
    }

    /// <summary>Adds the sums of all groups to the sums of the first group, in order. <paramref name="length"/> is a multiple of 16.</summary>
    public static void SumGroups(float* sums, int groups, int length)
    {
        for (float* next = sums + length; next < sums + (groups * length);)
        {
            for (int i = 0; i < length; i += Lanes, next += Lanes)
            {
                Vector512.Store(Vector512.Load(sums + i) + Vector512.Load(next), sums + i);
            }
        }
    }

    /// <summary>
    /// Computes the gradient of the input of one image. <paramref name="packed"/> is in the order of <see cref="PackForBackward"/>.
    /// </summary>
    public static void InputGradient(in ConvolutionShape shape, float* spread, float* packed, float* gradient)
    {
        int channels = shape.Channels, filters = shape.Filters;
        new Span<float>(gradient, shape.InputSize).Clear();
        for (int block = 0; block < channels; block += Lanes)
        {
            for (int ky = 0; ky < Kernel; ky++, packed += filters * Kernel * Lanes)
            {
                for (int y = 0; y < shape.UsedHeight; y++)
                {
                    float* source = spread + (y * shape.UsedWidth * filters);
                    float* target = gradient + ((y + ky) * shape.Width * channels) + block;
                    int x = 0;
                    for (; shape.UsedWidth - x >= 4; x += 4)
                    {
                        AddInputGradient4(channels, filters, source + (x * filters), packed, target + (x * channels));
                    }

                    if (x < shape.UsedWidth)
                    {
                        AddInputGradient2(channels, filters, source + (x * filters), packed, target + (x * channels));
                    }
                }
            }
        }
    }

    // Through one kernel row, four adjacent positions reach eight input positions.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddInputGradient4(int channels, int filters, float* spread, float* packed, float* target)
    {
        Vector512<float> a0 = Vector512<float>.Zero, a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
        float* s1 = spread + filters;
        float* s2 = s1 + filters;
        float* s3 = s2 + filters;
        for (int f = 0; f < filters; f++, packed += Kernel * Lanes)
        {
            Vector512<float> w0 = Vector512.Load(packed), w1 = Vector512.Load(packed + Lanes), w2 = Vector512.Load(packed + (2 * Lanes)), w3 = Vector512.Load(packed + (3 * Lanes)), w4 = Vector512.Load(packed + (4 * Lanes));
            Vector512<float> v0 = Vector512.Create(spread[f]), v1 = Vector512.Create(s1[f]), v2 = Vector512.Create(s2[f]), v3 = Vector512.Create(s3[f]);
            a0 = Vector512.FusedMultiplyAdd(v0, w0, a0);
            a1 = Vector512.FusedMultiplyAdd(v0, w1, a1);
            a2 = Vector512.FusedMultiplyAdd(v0, w2, a2);
            a3 = Vector512.FusedMultiplyAdd(v0, w3, a3);
            a4 = Vector512.FusedMultiplyAdd(v0, w4, a4);
            a5 = Vector512.FusedMultiplyAdd(v1, w4, a5);
            a6 = Vector512.FusedMultiplyAdd(v2, w4, a6);
            a7 = Vector512.FusedMultiplyAdd(v3, w4, a7);
            a1 = Vector512.FusedMultiplyAdd(v1, w0, a1);
            a2 = Vector512.FusedMultiplyAdd(v1, w1, a2);
            a3 = Vector512.FusedMultiplyAdd(v1, w2, a3);
            a4 = Vector512.FusedMultiplyAdd(v1, w3, a4);
            a5 = Vector512.FusedMultiplyAdd(v2, w3, a5);
            a6 = Vector512.FusedMultiplyAdd(v3, w3, a6);
            a2 = Vector512.FusedMultiplyAdd(v2, w0, a2);
            a3 = Vector512.FusedMultiplyAdd(v2, w1, a3);
            a4 = Vector512.FusedMultiplyAdd(v2, w2, a4);
            a5 = Vector512.FusedMultiplyAdd(v3, w2, a5);
            a3 = Vector512.FusedMultiplyAdd(v3, w0, a3);
            a4 = Vector512.FusedMultiplyAdd(v3, w1, a4);
        }

        Add(target, a0);
        Add(target += channels, a1);
        Add(target += channels, a2);
        Add(target += channels, a3);
        Add(target += channels, a4);
        Add(target += channels, a5);
        Add(target += channels, a6);
        Add(target + channels, a7);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddInputGradient2(int channels, int filters, float* spread, float* packed, float* target)
    {
        Vector512<float> a0 = Vector512<float>.Zero, a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0;
        for (int f = 0; f < filters; f++, packed += Kernel * Lanes)
        {
            Vector512<float> w0 = Vector512.Load(packed), w1 = Vector512.Load(packed + Lanes), w2 = Vector512.Load(packed + (2 * Lanes)), w3 = Vector512.Load(packed + (3 * Lanes)), w4 = Vector512.Load(packed + (4 * Lanes));
            Vector512<float> v0 = Vector512.Create(spread[f]), v1 = Vector512.Create(spread[filters + f]);
            a0 = Vector512.FusedMultiplyAdd(v0, w0, a0);
            a1 = Vector512.FusedMultiplyAdd(v0, w1, a1);
            a2 = Vector512.FusedMultiplyAdd(v0, w2, a2);
            a3 = Vector512.FusedMultiplyAdd(v0, w3, a3);
            a4 = Vector512.FusedMultiplyAdd(v0, w4, a4);
            a5 = Vector512.FusedMultiplyAdd(v1, w4, a5);
            a1 = Vector512.FusedMultiplyAdd(v1, w0, a1);
            a2 = Vector512.FusedMultiplyAdd(v1, w1, a2);
            a3 = Vector512.FusedMultiplyAdd(v1, w2, a3);
            a4 = Vector512.FusedMultiplyAdd(v1, w3, a4);
        }

        Add(target, a0);
        Add(target += channels, a1);
        Add(target += channels, a2);
        Add(target += channels, a3);
        Add(target += channels, a4);
        Add(target + channels, a5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* target, Vector512<float> value) => Vector512.Store(Vector512.Load(target) + value, target);
}

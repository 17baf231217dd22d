using System.Runtime.CompilerServices;

namespace BadNets.Transforms;

/// <summary>
/// The convolution by its definition, for images with few channels. It computes no gradient of the input, because the first layer of a network needs none.
/// </summary>
/// <remarks>A vector register holds filters of one position.</remarks>
/// <typeparam name="T">The vector register.</typeparam>
/// <param name="shape">The sizes. The number of filters is a multiple of 16, and the pooled width is at least 2.</param>
sealed unsafe class DirectConvolution<T>(ConvolutionShape shape) : PooledConvolutionKernel(shape)
    where T : struct, ISimd<T>
{
    private const int Kernel = ConvolutionShape.Kernel;

    public override int ForwardPackSize => Shape.WeightSize;

    public override int BackwardPackSize => 0;

    public override bool HasInputGradient => false;

    public override void PackForForward(float* weight, float* packed) => FilterOrder.Pack(Shape, weight, packed);

    public override void PackForBackward(float* weight, float* packed)
    {
        // Only the gradient of the input needs the weights.
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(float* inputs, int rows, float* packed, float* bias, float* outputs, ushort* masks)
    {
        ConvolutionShape shape = Shape;
        int vectors = shape.Filters / T.Lanes;
        for (int row = 0; row < rows; row++, inputs += shape.InputSize, outputs += shape.OutputSize)
        {
            for (int vector = 0; vector < vectors; vector++)
            {
                for (int y = 0; y < shape.PooledHeight; y++)
                {
                    for (int x = 0; ; x += 2)
                    {
                        // The last tile moves back over a window that is already done, so that it does not exceed the end of the row.
                        x = Math.Min(x, shape.PooledWidth - 2);
                        int window = (y * shape.PooledWidth) + x;
                        ForwardTile(
                            shape, inputs + (2 * ((y * shape.Width) + x) * shape.Channels), packed + (vector * T.Lanes), bias + (vector * T.Lanes),
                            outputs + (window * shape.Filters) + (vector * T.Lanes), masks == null ? null : masks + (4 * ((window * vectors) + vector)));
                        if (x == shape.PooledWidth - 2)
                        {
                            break;
                        }
                    }
                }
            }

            masks = masks == null ? null : masks + shape.MaskSize;
        }
    }

    // Two adjacent windows: two rows of four positions. Each weight is loaded once for both rows, and each input once for all filter columns.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardTile(in ConvolutionShape shape, float* input, float* packed, float* bias, float* output, ushort* mask)
    {
        int channels = shape.Channels, filters = shape.Filters;
        nint inputRow = shape.Width * channels, weightColumn = channels * filters;
        T a0 = T.Load(bias), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        for (int ky = 0; ky < Kernel; ky++, input += inputRow, packed += Kernel * weightColumn)
        {
            float* i = input;
            float* w = packed;
            for (int c = 0; c < channels; c++, i++, w += filters)
            {
                float* w2 = w + (2 * weightColumn);
                T k0 = T.Load(w), k1 = T.Load(w + weightColumn), k2 = T.Load(w2), k3 = T.Load(w2 + weightColumn), k4 = T.Load(w2 + (2 * weightColumn));
                float* p = i;
                T v = T.Create(*p);
                a0 = T.FusedMultiplyAdd(v, k0, a0);
                v = T.Create(*(p += channels));
                a0 = T.FusedMultiplyAdd(v, k1, a0);
                a1 = T.FusedMultiplyAdd(v, k0, a1);
                v = T.Create(*(p += channels));
                a0 = T.FusedMultiplyAdd(v, k2, a0);
                a1 = T.FusedMultiplyAdd(v, k1, a1);
                a2 = T.FusedMultiplyAdd(v, k0, a2);
                v = T.Create(*(p += channels));
                a0 = T.FusedMultiplyAdd(v, k3, a0);
                a1 = T.FusedMultiplyAdd(v, k2, a1);
                a2 = T.FusedMultiplyAdd(v, k1, a2);
                a3 = T.FusedMultiplyAdd(v, k0, a3);
                v = T.Create(*(p += channels));
                a0 = T.FusedMultiplyAdd(v, k4, a0);
                a1 = T.FusedMultiplyAdd(v, k3, a1);
                a2 = T.FusedMultiplyAdd(v, k2, a2);
                a3 = T.FusedMultiplyAdd(v, k1, a3);
                v = T.Create(*(p += channels));
                a1 = T.FusedMultiplyAdd(v, k4, a1);
                a2 = T.FusedMultiplyAdd(v, k3, a2);
                a3 = T.FusedMultiplyAdd(v, k2, a3);
                v = T.Create(*(p += channels));
                a2 = T.FusedMultiplyAdd(v, k4, a2);
                a3 = T.FusedMultiplyAdd(v, k3, a3);
                v = T.Create(*(p += channels));
                a3 = T.FusedMultiplyAdd(v, k4, a3);

                p = i + inputRow;
                v = T.Create(*p);
                b0 = T.FusedMultiplyAdd(v, k0, b0);
                v = T.Create(*(p += channels));
                b0 = T.FusedMultiplyAdd(v, k1, b0);
                b1 = T.FusedMultiplyAdd(v, k0, b1);
                v = T.Create(*(p += channels));
                b0 = T.FusedMultiplyAdd(v, k2, b0);
                b1 = T.FusedMultiplyAdd(v, k1, b1);
                b2 = T.FusedMultiplyAdd(v, k0, b2);
                v = T.Create(*(p += channels));
                b0 = T.FusedMultiplyAdd(v, k3, b0);
                b1 = T.FusedMultiplyAdd(v, k2, b1);
                b2 = T.FusedMultiplyAdd(v, k1, b2);
                b3 = T.FusedMultiplyAdd(v, k0, b3);
                v = T.Create(*(p += channels));
                b0 = T.FusedMultiplyAdd(v, k4, b0);
                b1 = T.FusedMultiplyAdd(v, k3, b1);
                b2 = T.FusedMultiplyAdd(v, k2, b2);
                b3 = T.FusedMultiplyAdd(v, k1, b3);
                v = T.Create(*(p += channels));
                b1 = T.FusedMultiplyAdd(v, k4, b1);
                b2 = T.FusedMultiplyAdd(v, k3, b2);
                b3 = T.FusedMultiplyAdd(v, k2, b3);
                v = T.Create(*(p += channels));
                b2 = T.FusedMultiplyAdd(v, k4, b2);
                b3 = T.FusedMultiplyAdd(v, k3, b3);
                v = T.Create(*(p += channels));
                b3 = T.FusedMultiplyAdd(v, k4, b3);
            }
        }

        Pooling<T>.Apply(a0, a1, b0, b1, output, mask);
        Pooling<T>.Apply(a2, a3, b2, b3, output + filters, mask == null ? null : mask + (4 * filters / T.Lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(
        float* inputs, int rows, float* packed, float* outputGradients, ushort* masks, float* inputGradients, float* weightGradient, float* biasGradient)
    {
        ConvolutionShape shape = Shape;
        new Span<float>(weightGradient, shape.WeightSize).Clear();
        new Span<float>(biasGradient, shape.Filters).Clear();
        using AlignedBuffer spread = new(shape.UsedHeight * shape.UsedWidth * shape.Filters);
        for (int row = 0; row < rows; row++, inputs += shape.InputSize, outputGradients += shape.OutputSize, masks += shape.MaskSize)
        {
            Spread(shape, outputGradients, masks, spread.Pointer, biasGradient);
            for (int filter = 0; filter < shape.Filters; filter += T.Lanes)
            {
                for (int ky = 0; ky < Kernel; ky++)
                {
                    for (int c = 0; c < shape.Channels; c++)
                    {
                        AddWeightGradient(
                            shape, inputs + (ky * shape.Width * shape.Channels) + c, spread.Pointer + filter, weightGradient + (((ky * Kernel * shape.Channels) + c) * shape.Filters) + filter);
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Spread(in ConvolutionShape shape, float* outputGradient, ushort* mask, float* spread, float* biasGradient)
    {
        int filters = shape.Filters, rowSize = shape.UsedWidth * filters, vectors = filters / T.Lanes;
        for (int vector = 0; vector < vectors; vector++)
        {
            int filter = vector * T.Lanes;
            T sum = T.Load(biasGradient + filter);
            for (int y = 0; y < shape.PooledHeight; y++)
            {
                for (int x = 0; x < shape.PooledWidth; x++)
                {
                    int window = (y * shape.PooledWidth) + x;
                    sum += Pooling<T>.Spread(
                        outputGradient + (window * filters) + filter, mask + (4 * ((window * vectors) + vector)), spread + (2 * y * rowSize) + (2 * x * filters) + filter, rowSize, filters);
                }
            }

            T.Store(sum, biasGradient + filter);
        }
    }

    // The five columns of one filter row and channel. The upper and the lower half of the image are summed separately, because five sums are too few to hide
    // the latency of the multiply-adds.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddWeightGradient(in ConvolutionShape shape, float* input, float* spread, float* target)
    {
        int channels = shape.Channels, filters = shape.Filters, width = shape.UsedWidth;
        nint inputRow = shape.Width * channels, spreadRow = width * filters, targetColumn = channels * filters;
        float* lowerInput = input + (shape.PooledHeight * inputRow);
        float* lowerSpread = spread + (shape.PooledHeight * spreadRow);
        T a0 = T.Zero, a1 = a0, a2 = a0, a3 = a0, a4 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0, b4 = a0;
        for (int y = 0; y < shape.PooledHeight; y++, input += inputRow, lowerInput += inputRow)
        {
            float* i = input;
            float* j = lowerInput;
            int x = 0;
            for (; width - x >= 4; x += 4, spread += 4 * filters, lowerSpread += 4 * filters)
            {
                T g0 = T.Load(spread), g1 = T.Load(spread + filters), g2 = T.Load(spread + (2 * filters)), g3 = T.Load(spread + (3 * filters));
                T v = T.Create(*i);
                a0 = T.FusedMultiplyAdd(v, g0, a0);
                v = T.Create(*(i += channels));
                a0 = T.FusedMultiplyAdd(v, g1, a0);
                a1 = T.FusedMultiplyAdd(v, g0, a1);
                v = T.Create(*(i += channels));
                a0 = T.FusedMultiplyAdd(v, g2, a0);
                a1 = T.FusedMultiplyAdd(v, g1, a1);
                a2 = T.FusedMultiplyAdd(v, g0, a2);
                v = T.Create(*(i += channels));
                a0 = T.FusedMultiplyAdd(v, g3, a0);
                a1 = T.FusedMultiplyAdd(v, g2, a1);
                a2 = T.FusedMultiplyAdd(v, g1, a2);
                a3 = T.FusedMultiplyAdd(v, g0, a3);
                v = T.Create(*(i += channels));
                a1 = T.FusedMultiplyAdd(v, g3, a1);
                a2 = T.FusedMultiplyAdd(v, g2, a2);
                a3 = T.FusedMultiplyAdd(v, g1, a3);
                a4 = T.FusedMultiplyAdd(v, g0, a4);
                v = T.Create(i[channels]);
                a2 = T.FusedMultiplyAdd(v, g3, a2);
                a3 = T.FusedMultiplyAdd(v, g2, a3);
                a4 = T.FusedMultiplyAdd(v, g1, a4);
                v = T.Create(i[2 * channels]);
                a3 = T.FusedMultiplyAdd(v, g3, a3);
                a4 = T.FusedMultiplyAdd(v, g2, a4);
                v = T.Create(i[3 * channels]);
                a4 = T.FusedMultiplyAdd(v, g3, a4);

                (g0, g1, g2, g3) = (T.Load(lowerSpread), T.Load(lowerSpread + filters), T.Load(lowerSpread + (2 * filters)), T.Load(lowerSpread + (3 * filters)));
                v = T.Create(*j);
                b0 = T.FusedMultiplyAdd(v, g0, b0);
                v = T.Create(*(j += channels));
                b0 = T.FusedMultiplyAdd(v, g1, b0);
                b1 = T.FusedMultiplyAdd(v, g0, b1);
                v = T.Create(*(j += channels));
                b0 = T.FusedMultiplyAdd(v, g2, b0);
                b1 = T.FusedMultiplyAdd(v, g1, b1);
                b2 = T.FusedMultiplyAdd(v, g0, b2);
                v = T.Create(*(j += channels));
                b0 = T.FusedMultiplyAdd(v, g3, b0);
                b1 = T.FusedMultiplyAdd(v, g2, b1);
                b2 = T.FusedMultiplyAdd(v, g1, b2);
                b3 = T.FusedMultiplyAdd(v, g0, b3);
                v = T.Create(*(j += channels));
                b1 = T.FusedMultiplyAdd(v, g3, b1);
                b2 = T.FusedMultiplyAdd(v, g2, b2);
                b3 = T.FusedMultiplyAdd(v, g1, b3);
                b4 = T.FusedMultiplyAdd(v, g0, b4);
                v = T.Create(j[channels]);
                b2 = T.FusedMultiplyAdd(v, g3, b2);
                b3 = T.FusedMultiplyAdd(v, g2, b3);
                b4 = T.FusedMultiplyAdd(v, g1, b4);
                v = T.Create(j[2 * channels]);
                b3 = T.FusedMultiplyAdd(v, g3, b3);
                b4 = T.FusedMultiplyAdd(v, g2, b4);
                v = T.Create(j[3 * channels]);
                b4 = T.FusedMultiplyAdd(v, g3, b4);
            }

            for (; x < width; x++, i += channels, j += channels, spread += filters, lowerSpread += filters)
            {
                T g = T.Load(spread), h = T.Load(lowerSpread);
                a0 = T.FusedMultiplyAdd(T.Create(i[0]), g, a0);
                a1 = T.FusedMultiplyAdd(T.Create(i[channels]), g, a1);
                a2 = T.FusedMultiplyAdd(T.Create(i[2 * channels]), g, a2);
                a3 = T.FusedMultiplyAdd(T.Create(i[3 * channels]), g, a3);
                a4 = T.FusedMultiplyAdd(T.Create(i[4 * channels]), g, a4);
                b0 = T.FusedMultiplyAdd(T.Create(j[0]), h, b0);
                b1 = T.FusedMultiplyAdd(T.Create(j[channels]), h, b1);
                b2 = T.FusedMultiplyAdd(T.Create(j[2 * channels]), h, b2);
                b3 = T.FusedMultiplyAdd(T.Create(j[3 * channels]), h, b3);
                b4 = T.FusedMultiplyAdd(T.Create(j[4 * channels]), h, b4);
            }
        }

        Add(target, a0 + b0);
        Add(target + targetColumn, a1 + b1);
        Add(target + (2 * targetColumn), a2 + b2);
        Add(target + (3 * targetColumn), a3 + b3);
        Add(target + (4 * targetColumn), a4 + b4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* target, T value) => T.Store(T.Load(target) + value, target);
}

namespace BadNets.Transforms;

/// <summary>Computes a <see cref="ResidualShape"/> and its gradients.</summary>
abstract unsafe class ResidualKernel
{
    /// <summary>Computes the output, and the numbers and running statistics of the normalizations.</summary>
    public abstract void Forward(int rows, float* input, ResidualLayer[] layers, float* output);

    /// <summary>Computes the gradients. Those whose pointers are null are left out.</summary>
    public abstract void Backward(int rows, float* input, ResidualLayer[] layers, float* outputGradient, float* inputGradient);
}

/// <summary>
/// Computes a <see cref="ResidualShape"/> and its gradients, a few images at a time, so that they stay in the cache from one operation to the next.
/// </summary>
/// <remarks>
/// Sums over images are computed for each image, or for each of a fixed number of groups, and then added in order. So results do not depend on the
/// number of threads.
/// </remarks>
/// <typeparam name="T">The vector register.</typeparam>
sealed unsafe class ResidualKernel<T> : ResidualKernel
    where T : struct, ISimd<T>
{
    // The gradients of the weights are first summed in groups of images. More groups would occupy more threads, but also more of the cache.
    private const int MostGroups = 4;

    private readonly ResidualShape _shape;
    private readonly Convolution3x3[] _convolutions;
    private readonly int _imagesAtOnce;

    // Where the pieces of a part's memory begin, after the padded input: the padded gradient, two batches of convolved images, and the scratch memory of
    // the convolutions, which also holds a shortcut.
    private readonly int _gradient;
    private readonly int _convolved;
    private readonly int _scratch;
    private readonly int _partSize;

    public ResidualKernel(in ResidualShape shape)
    {
        _shape = shape;
        _convolutions = new Convolution3x3[shape.Layers];
        for (int i = 0; i < shape.Layers; i++)
        {
            _convolutions[i] = i == 0 && (shape.Stride > 1 || shape.Channels % T.Lanes != 0)
                ? new DirectConvolution3x3<T>(shape.Channels, shape.Filters, shape.Height, shape.Width, shape.Stride)
                : new WinogradConvolution3x3<T>(i == 0 ? shape.Channels : shape.Filters, shape.Filters, shape.OutputHeight, shape.OutputWidth);
        }

        _imagesAtOnce = _convolutions.Min(convolution => convolution.MostImages);
        _gradient = RoundUp(_imagesAtOnce * _convolutions.Max(convolution => convolution.Input.PaddedSize), T.Lanes);
        _convolved = _gradient + _imagesAtOnce * _convolutions.Max(convolution => convolution.OutputGradient.PaddedSize);
        _scratch = _convolved + 2 * _imagesAtOnce * shape.OutputSize;
        _partSize = _scratch + Math.Max(shape.OutputSize, _convolutions.Max(convolution => convolution.ScratchSize));
    }

    private delegate void Part(int index, float* memory);

    private delegate void Pass(int row, int images, float* memory);

    private bool IsShortcutIdentity => _shape.HasShortcut && _shape.Stride == 1 && _shape.Filters == _shape.Channels;

    private int Pixels => _shape.OutputHeight * _shape.OutputWidth;

    private int PackedSize => _convolutions.Max(convolution => convolution.PackedSize);

    public override void Forward(int rows, float* input, ResidualLayer[] layers, float* output)
    {
        using AlignedBuffer packed = new(layers.Length * PackedSize), statistics = new(rows * 2 * _shape.Filters);
        float* weights = packed.Pointer, measured = statistics.Pointer;
        for (int i = 0; i < layers.Length; i++)
        {
            _convolutions[i].PackForForward(layers[i].Weight, weights + i * PackedSize);
            if (!layers[i].IsTraining)
            {
                UseRunningStatistics(layers[i]);
            }
        }

        if (layers[0].Convolved == null)
        {
            ForEachPass(rows, (row, images, memory) =>
            {
                float* source = input + (long)row * _shape.InputSize;
                for (int i = 0; i < layers.Length; i++)
                {
                    float* target = memory + _convolved + i % 2 * _imagesAtOnce * _shape.OutputSize;
                    Convolve(i, images, source, layers, weights + i * PackedSize, target, memory);
                    source = target;
                }

                Finish(row, images, input, source, layers[^1], output, memory);
            });
            return;
        }

        for (int i = 0; i < layers.Length; i++)
        {
            ResidualLayer layer = layers[i];
            ForEachPass(rows, (row, images, memory) =>
            {
                float* target = layer.Convolved + (long)row * _shape.OutputSize;
                Convolve(i, images, Source(i, row, input, layers), layers, weights + i * PackedSize, target, memory);
                for (int image = row; layer.IsTraining && image < row + images; image++, target += _shape.OutputSize)
                {
                    float* mean = measured + 2 * image * _shape.Filters;
                    ChannelPass<T>.Measure(Pixels, _shape.Filters, target, mean, mean + _shape.Filters);
                }
            });
            if (layer.IsTraining)
            {
                UseBatchStatistics(rows, measured, layer);
            }
        }

        ForEachPass(rows, (row, images, memory) =>
            Finish(row, images, input, layers[^1].Convolved + (long)row * _shape.OutputSize, layers[^1], output, memory));
    }

    public override void Backward(int rows, float* input, ResidualLayer[] layers, float* outputGradient, float* inputGradient)
    {
        int filters = _shape.Filters, size = _shape.OutputSize, last = layers.Length - 1;
        int groupSize = (rows + MostGroups - 1) / MostGroups, groups = (rows + groupSize - 1) / groupSize;
        // If the input is added as it is, its gradient begins as the gradient of the sum.
        bool isInPlace = inputGradient != null && IsShortcutIdentity;
        using AlignedBuffer packed = new(PackedSize), groupSums = new(groups * PackedSize), imageSums = new(rows * 2 * filters);
        using AlignedBuffer coefficients = new(NormalizationGradient.Numbers * filters);
        // The gradients of the arguments of the last ReLU and of the ReLU before.
        using AlignedBuffer lastGradients = new(isInPlace ? 0 : rows * size), innerGradients = new(last == 0 ? 0 : rows * size);
        float* weights = packed.Pointer, weightSums = groupSums.Pointer, sums = imageSums.Pointer;
        float* ofLast = isInPlace ? inputGradient : lastGradients.Pointer, ofInner = innerGradients.Pointer;

        ForEachPass(rows, (row, images, memory) =>
        {
            for (int image = row; image < row + images; image++)
            {
                long at = (long)image * size;
                float* sum = sums + 2 * image * filters;
                ChannelPass<T>.RectifyGradient(
                    Pixels, filters, outputGradient + at, layers[last].Convolved + at, new(layers[last].Normalization, filters), Shortcut(input, image, memory),
                    ofLast + at, sum, sum + filters);
            }
        });

        float* gradients = ofLast;
        for (int i = last; i >= 0; i--)
        {
            ResidualLayer layer = layers[i];
            Convolution3x3 convolution = _convolutions[i];
            float* layerGradients = gradients, sourceGradients = i > 0 ? ofInner : inputGradient;
            NormalizationGradient normalization = new(coefficients.Pointer, filters, new Normalization(layer.Normalization, filters).Mean);
            SetGradients(rows, sums, layer, normalization);
            if (sourceGradients != null)
            {
                convolution.PackForInputGradient(layer.Weight, weights);
            }

            ForEachPart(groups, (group, memory) =>
            {
                float* padded = memory, paddedGradient = memory + _gradient;
                int end = Math.Min(rows, (group + 1) * groupSize);
                for (int row = group * groupSize; row < end; row += _imagesAtOnce)
                {
                    int images = Math.Min(_imagesAtOnce, end - row);
                    for (int image = 0; image < images; image++)
                    {
                        long at = (long)(row + image) * size;
                        ChannelPass<T>.PadGradient(
                            convolution.OutputGradient, layerGradients + at, layer.Convolved + at, normalization, paddedGradient + image * convolution.OutputGradient.PaddedSize);
                    }

                    if (layer.WeightGradient != null)
                    {
                        PadSource(i, images, Source(i, row, input, layers), layers, padded);
                        convolution.WeightGradient(padded, paddedGradient, images, weightSums + group * PackedSize, add: row > group * groupSize, memory + _scratch);
                    }

                    if (sourceGradients == null)
                    {
                        continue;
                    }

                    float* target = sourceGradients + (long)row * convolution.Input.ImageSize;
                    if (i == 0 && isInPlace)
                    {
                        convolution.InputGradient(paddedGradient, images, weights, memory + _convolved, memory + _scratch);
                        ChannelPass<T>.Add(images * size, memory + _convolved, target);
                        continue;
                    }

                    convolution.InputGradient(paddedGradient, images, weights, target, memory + _scratch);
                    for (int image = row; image < row + images; image++, target += convolution.Input.ImageSize)
                    {
                        if (i == 0)
                        {
                            AddShortcutGradient(ofLast + (long)image * size, target);
                            continue;
                        }

                        float* sum = sums + 2 * image * filters;
                        ChannelPass<T>.RectifyGradient(
                            Pixels, filters, target, layers[i - 1].Convolved + (long)image * size, new(layers[i - 1].Normalization, filters), null, target, sum, sum + filters);
                    }
                }
            });

            if (layer.WeightGradient != null)
            {
                for (int group = 1; group < groups; group++)
                {
                    ChannelPass<T>.Add(convolution.PackedSize, weightSums + group * PackedSize, weightSums);
                }

                convolution.UnpackGradient(weightSums, layer.WeightGradient);
            }

            gradients = sourceGradients;
        }
    }

    private static int RoundUp(int value, int unit) => (value + unit - 1) / unit * unit;

    private void ForEachPass(int rows, Pass pass) => ForEachPart(RoundUp(rows, _imagesAtOnce) / _imagesAtOnce, (index, memory) =>
        pass(index * _imagesAtOnce, Math.Min(_imagesAtOnce, rows - index * _imagesAtOnce), memory));

    private void ForEachPart(int parts, Part compute) => Workers.ForEach(parts, index =>
    {
        using AlignedBuffer memory = new(_partSize);
        compute(index, memory.Pointer);
    });

    private float* Source(int layer, int row, float* input, ResidualLayer[] layers) =>
        layer == 0 ? input + (long)row * _shape.InputSize : layers[layer - 1].Convolved + (long)row * _shape.OutputSize;

    private void Convolve(int layer, int images, float* source, ResidualLayer[] layers, float* weights, float* target, float* memory)
    {
        PadSource(layer, images, source, layers, memory);
        _convolutions[layer].Forward(memory, images, weights, target, memory + _scratch);
    }

    private void PadSource(int layer, int images, float* source, ResidualLayer[] layers, float* padded)
    {
        PaddedImage layout = _convolutions[layer].Input;
        for (int image = 0; image < images; image++, source += layout.ImageSize, padded += layout.PaddedSize)
        {
            if (layer == 0)
            {
                ChannelPass<T>.Pad(layout, source, padded);
            }
            else
            {
                ChannelPass<T>.PadRectified(layout, source, new(layers[layer - 1].Normalization, _shape.Filters), padded);
            }
        }
    }

    private void Finish(int row, int images, float* input, float* convolved, in ResidualLayer layer, float* output, float* memory)
    {
        for (int image = row; image < row + images; image++, convolved += _shape.OutputSize)
        {
            ChannelPass<T>.Rectify(
                Pixels, _shape.Filters, convolved, new(layer.Normalization, _shape.Filters), Shortcut(input, image, memory), output + (long)image * _shape.OutputSize);
        }
    }

    // Null if there is none.
    private float* Shortcut(float* input, int image, float* memory)
    {
        float* source = input + (long)image * _shape.InputSize, shortcut = memory + _scratch;
        if (!_shape.HasShortcut)
        {
            return null;
        }

        if (IsShortcutIdentity)
        {
            return source;
        }

        new Span<float>(shortcut, _shape.OutputSize).Clear();
        float* target = shortcut + (_shape.Filters - _shape.Channels) / 2;
        for (int pixel = 0; pixel < Pixels; pixel++, target += _shape.Filters)
        {
            new Span<float>(source + SourceOf(pixel), _shape.Channels).CopyTo(new Span<float>(target, _shape.Channels));
        }

        return shortcut;
    }

    private void AddShortcutGradient(float* gradient, float* inputGradient)
    {
        if (!_shape.HasShortcut)
        {
            return;
        }

        gradient += (_shape.Filters - _shape.Channels) / 2;
        for (int pixel = 0; pixel < Pixels; pixel++, gradient += _shape.Filters)
        {
            ChannelPass<T>.Add(_shape.Channels, gradient, inputGradient + SourceOf(pixel));
        }
    }

    private int SourceOf(int pixel)
    {
        (int y, int x) = Math.DivRem(pixel, _shape.OutputWidth);
        return (y * _shape.Width + x) * _shape.Stride * _shape.Channels;
    }

    private void UseRunningStatistics(in ResidualLayer layer)
    {
        Normalization normalization = new(layer.Normalization, _shape.Filters);
        for (int c = 0; c < _shape.Filters; c++)
        {
            normalization.Set(c, layer.RunningMean[c], layer.RunningVariance[c], layer.Scale[c], layer.Shift[c]);
        }
    }

    private void UseBatchStatistics(int rows, float* measured, in ResidualLayer layer)
    {
        Normalization normalization = new(layer.Normalization, _shape.Filters);
        double total = (double)rows * Pixels;
        for (int c = 0; c < _shape.Filters; c++)
        {
            double mean = 0, squares = 0;
            for (int row = 0; row < rows; row++)
            {
                float* image = measured + 2 * row * _shape.Filters + c;
                double difference = image[0] - mean;
                mean += difference / (row + 1);
                squares += image[_shape.Filters] + difference * difference * Pixels * row / (row + 1);
            }

            normalization.Set(c, mean, squares / total, layer.Scale[c], layer.Shift[c]);
            layer.RunningMean[c] = (float)((1 - BatchNormalization.Momentum) * layer.RunningMean[c] + BatchNormalization.Momentum * mean);
            layer.RunningVariance[c] = (float)((1 - BatchNormalization.Momentum) * layer.RunningVariance[c] + BatchNormalization.Momentum * squares / (total - 1));
        }
    }

    private void SetGradients(int rows, float* imageSums, in ResidualLayer layer, in NormalizationGradient gradient)
    {
        int filters = _shape.Filters;
        Normalization normalization = new(layer.Normalization, filters);
        double total = (double)rows * Pixels;
        for (int c = 0; c < filters; c++)
        {
            double sum = 0, product = 0, inverse = normalization.Inverse[c];
            for (int row = 0; row < rows; row++)
            {
                sum += imageSums[2 * row * filters + c];
                product += imageSums[(2 * row + 1) * filters + c];
            }

            layer.ShiftGradient[c] = (float)sum;
            layer.ScaleGradient[c] = (float)(product * inverse);
            gradient.OfOutput[c] = normalization.Scale[c];
            gradient.OfImage[c] = layer.IsTraining ? (float)(-normalization.Scale[c] * inverse * inverse * product / total) : 0;
            gradient.Constant[c] = layer.IsTraining ? (float)(-normalization.Scale[c] * sum / total) : 0;
        }
    }
}

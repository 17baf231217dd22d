using System.Runtime.CompilerServices;

namespace BadNets.Transforms;

/// <summary>
/// The parts of batch normalization, ReLU, and the addition of the shortcut that pass over the pixels of an image (pixels × channels), fused so that
/// each of them is one pass. Numbers for each channel have <c>channels</c> elements.
/// </summary>
/// <typeparam name="T">The vector register. The number of channels is a multiple of its lanes.</typeparam>
static unsafe class ChannelPass<T>
    where T : struct, ISimd<T>
{
    /// <summary>Puts an image into its zeros.</summary>
    public static void Pad(in PaddedImage layout, float* image, float* padded)
    {
        layout.ClearBorder(padded);
        padded += layout.Start;
        for (int y = 0; y < layout.Height; y++, image += layout.ImageRow, padded += layout.PaddedRow)
        {
            new Span<float>(image, layout.ImageRow).CopyTo(new Span<float>(padded, layout.ImageRow));
        }
    }

    /// <summary>Puts <c>ReLU(image * scale + shift)</c> into its zeros.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void PadRectified(in PaddedImage layout, float* image, in Normalization normalization, float* padded)
    {
        layout.ClearBorder(padded);
        int channels = layout.Channels, width = layout.Width;
        for (int c = 0; c < channels; c += T.Lanes)
        {
            T scale = T.Load(normalization.Scale + c), shift = T.Load(normalization.Shift + c);
            float* source = image + c, row = padded + layout.Start + c;
            for (int y = 0; y < layout.Height; y++, row += layout.PaddedRow)
            {
                float* target = row;
                for (int x = 0; x < width; x++, source += channels, target += channels)
                {
                    T.Store(T.Rectify(T.FusedMultiplyAdd(T.Load(source), scale, shift)), target);
                }
            }
        }
    }

    /// <summary>Puts the gradient of the input of a normalization into its zeros.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void PadGradient(in PaddedImage layout, float* outputGradient, float* image, in NormalizationGradient gradient, float* padded)
    {
        layout.ClearBorder(padded);
        int channels = layout.Channels, width = layout.Width;
        for (int c = 0; c < channels; c += T.Lanes)
        {
            T mean = T.Load(gradient.Mean + c), ofOutput = T.Load(gradient.OfOutput + c), ofImage = T.Load(gradient.OfImage + c), constant = T.Load(gradient.Constant + c);
            float* source = outputGradient + c, values = image + c, row = padded + layout.Start + c;
            for (int y = 0; y < layout.Height; y++, row += layout.PaddedRow)
            {
                float* target = row;
                for (int x = 0; x < width; x++, source += channels, values += channels, target += channels)
                {
                    T rest = T.FusedMultiplyAdd(T.Load(values) - mean, ofImage, constant);
                    T.Store(T.FusedMultiplyAdd(T.Load(source), ofOutput, rest), target);
                }
            }
        }
    }

    /// <summary>Computes the mean of each channel, and the sum of the squared differences from it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Measure(int pixels, int channels, float* image, float* mean, float* squares)
    {
        T inverse = T.Create(1f / pixels);
        for (int c = 0; c < channels; c += T.Lanes)
        {
            T sum0 = T.Zero, sum1 = T.Zero, sum2 = T.Zero, sum3 = T.Zero;
            float* source = image + c, end = source + pixels * channels, last = end - 3 * channels;
            for (; source < last; source += 4 * channels)
            {
                sum0 += T.Load(source);
                sum1 += T.Load(source + channels);
                sum2 += T.Load(source + 2 * channels);
                sum3 += T.Load(source + 3 * channels);
            }

            for (; source < end; source += channels)
            {
                sum0 += T.Load(source);
            }

            T center = (sum0 + sum1 + (sum2 + sum3)) * inverse;
            sum0 = sum1 = sum2 = sum3 = T.Zero;
            for (source = image + c; source < last; source += 4 * channels)
            {
                T difference0 = T.Load(source) - center, difference1 = T.Load(source + channels) - center;
                T difference2 = T.Load(source + 2 * channels) - center, difference3 = T.Load(source + 3 * channels) - center;
                sum0 = T.FusedMultiplyAdd(difference0, difference0, sum0);
                sum1 = T.FusedMultiplyAdd(difference1, difference1, sum1);
                sum2 = T.FusedMultiplyAdd(difference2, difference2, sum2);
                sum3 = T.FusedMultiplyAdd(difference3, difference3, sum3);
            }

            for (; source < end; source += channels)
            {
                T difference = T.Load(source) - center;
                sum0 = T.FusedMultiplyAdd(difference, difference, sum0);
            }

            T.Store(center, mean + c);
            T.Store(sum0 + sum1 + (sum2 + sum3), squares + c);
        }
    }

    /// <summary>Computes <c>ReLU(image * scale + shift + shortcut)</c>. The shortcut can be null.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Rectify(int pixels, int channels, float* image, in Normalization normalization, float* shortcut, float* output)
    {
        for (int c = 0; c < channels; c += T.Lanes)
        {
            T scale = T.Load(normalization.Scale + c), shift = T.Load(normalization.Shift + c);
            for (int at = c; at < pixels * channels; at += channels)
            {
                T value = T.FusedMultiplyAdd(T.Load(image + at), scale, shift);
                T.Store(T.Rectify(shortcut == null ? value : value + T.Load(shortcut + at)), output + at);
            }
        }
    }

    /// <summary>
    /// Computes the gradient of the argument of <see cref="Rectify"/>'s ReLU, and its sums for each channel: of the gradient, and of the gradient times
    /// the difference of the image from its mean. <paramref name="gradient"/> can be <paramref name="outputGradient"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void RectifyGradient(
        int pixels, int channels, float* outputGradient, float* image, in Normalization normalization, float* shortcut, float* gradient, float* sums, float* products)
    {
        for (int c = 0; c < channels; c += T.Lanes)
        {
            T mean = T.Load(normalization.Mean + c), scale = T.Load(normalization.Scale + c), shift = T.Load(normalization.Shift + c), sum = T.Zero, product = T.Zero;
            for (int at = c; at < pixels * channels; at += channels)
            {
                T value = T.Load(image + at), argument = T.FusedMultiplyAdd(value, scale, shift);
                T kept = T.Keep(T.Load(outputGradient + at), T.PositiveLanes(shortcut == null ? argument : argument + T.Load(shortcut + at)));
                sum += kept;
                product = T.FusedMultiplyAdd(kept, value - mean, product);
                T.Store(kept, gradient + at);
            }

            T.Store(sum, sums + c);
            T.Store(product, products + c);
        }
    }

    /// <summary>Adds values to others.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Add(int count, float* source, float* target)
    {
        for (int i = 0; i < count; i += T.Lanes)
        {
            T.Store(T.Load(target + i) + T.Load(source + i), target + i);
        }
    }
}

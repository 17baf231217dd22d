namespace BadNets.Transforms.Tests.Networks;

/// <summary>The convolutions with pooling match a computation by definition in double precision, for each vector width.</summary>
[TestClass]
public sealed unsafe class PooledConvolutionTests
{
    private const int ShapesPerWidth = 180;

    // Relative to the sum of the absolute products.
    private const double DirectTolerance = 1e-6;

    // Each element of a tile is a sum of products of all of them, so the error is relative to the largest sum of the image.
    private const double WinogradTolerance = 4e-6;

    // Without a whole tile of 4×4 outputs, the sums are small, but the errors are those of a tile.
    private const double PartialTileTolerance = 1e-5;

    [TestMethod]
    public void Vectors_of_128_bits_match_the_definition() => MatchDefinition(new SimdWidth.Of<Simd128>(), seed: 1);

    [TestMethod]
    public void Vectors_of_256_bits_match_the_definition() => MatchDefinition(new SimdWidth.Of<Simd256>(), seed: 2);

    [TestMethod]
    public void Vectors_of_512_bits_match_the_definition() => MatchDefinition(new SimdWidth.Of<Simd512>(), seed: 3);

    [TestMethod]
    public void Shapes_that_do_not_fill_vectors_have_no_kernel()
    {
        var width = new SimdWidth.Of<Simd128>();

        Assert.IsNull(width.PooledConvolution(new ConvolutionShape(1, 28, 28, 24)));
        Assert.IsNull(width.PooledConvolution(new ConvolutionShape(1, 28, 7, 16)));
        Assert.IsNull(width.PooledConvolution(new ConvolutionShape(16, 5, 12, 16)));
    }

    private static void MatchDefinition(SimdWidth width, int seed)
    {
        Random random = new(seed);
        var worst = new Dictionary<double, double> { [DirectTolerance] = 0, [WinogradTolerance] = 0, [PartialTileTolerance] = 0 };
        for (int i = 0; i < ShapesPerWidth; i++)
        {
            bool isWinograd = i % 2 == 0;
            var shape = new ConvolutionShape(
                isWinograd ? 16 * random.Next(1, 3) : random.Next(1, 6), random.Next(6, 14), random.Next(isWinograd ? 6 : 8, 14), 16 * random.Next(1, 4));
            var kernel = width.PooledConvolution(shape);
            Assert.IsNotNull(kernel, $"{shape}");
            Assert.AreEqual(isWinograd, kernel.HasInputGradient, $"{shape}");
            // The errors of the gradient of the weights average out over the tiles of a few images.
            int images = isWinograd ? random.Next(4, 8) : random.Next(1, 4);
            double tolerance = !isWinograd ? DirectTolerance : shape.UsedHeight >= 4 && shape.UsedWidth >= 4 ? WinogradTolerance : PartialTileTolerance;
            worst[tolerance] = Math.Max(worst[tolerance], Check(kernel, images, random));
        }

        foreach (var (tolerance, error) in worst)
            Assert.IsLessThanOrEqualTo(tolerance, error);
    }

    // Returns the largest error.
    private static double Check(PooledConvolutionKernel kernel, int images, Random random)
    {
        float Next() => (float)(random.NextDouble() * 2 - 1);
        ConvolutionShape shape = kernel.Shape;
        using GuardedBuffer input = new(images * shape.InputSize, Next), gradient = new(images * shape.OutputSize, Next);
        using GuardedBuffer weight = new(shape.WeightSize, Next), bias = new(shape.Filters, Next);
        using GuardedBuffer output = new(images * shape.OutputSize), inferred = new(images * shape.OutputSize), mask = new(images * shape.MaskSize / 2);
        using GuardedBuffer packed = new(kernel.ForwardPackSize), packedBackward = new(kernel.BackwardPackSize);
        using GuardedBuffer inputGradient = new(images * shape.InputSize), ordered = new(shape.WeightSize), weightGradient = new(shape.WeightSize), biasGradient = new(shape.Filters);

        var reference = new Reference(shape, images, input.Values, weight.Values, bias.Values, gradient.Values);

        kernel.PackForForward(weight.Pointer, packed.Pointer);
        kernel.PackForBackward(weight.Pointer, packedBackward.Pointer);
        kernel.Forward(input.Pointer, images, packed.Pointer, bias.Pointer, output.Pointer, (ushort*)mask.Pointer);
        kernel.Forward(input.Pointer, images, packed.Pointer, bias.Pointer, inferred.Pointer, null);
        kernel.Backward(
            input.Pointer, images, packedBackward.Pointer, gradient.Pointer, (ushort*)mask.Pointer, kernel.HasInputGradient ? inputGradient.Pointer : null, ordered.Pointer,
            biasGradient.Pointer);
        FilterOrder.Unpack(shape, ordered.Pointer, weightGradient.Pointer);

        foreach (GuardedBuffer buffer in (GuardedBuffer[])[input, gradient, weight, bias, output, inferred, mask, packed, packedBackward, inputGradient, ordered, weightGradient, biasGradient])
            buffer.AssertUnharmed($"{kernel.GetType().Name}, {shape}, {images} images");
        Assert.IsTrue(output.Values.SequenceEqual(inferred.Values), "The outputs with and without masks differ.");

        double worst = Math.Max(Error(reference.Output, output), Math.Max(Error(reference.WeightGradient, weightGradient), Error(reference.BiasGradient, biasGradient)));
        return kernel.HasInputGradient ? Math.Max(worst, Error(reference.InputGradient, inputGradient)) : worst;

        double Error((double Value, double Scale)[] expected, GuardedBuffer actual)
        {
            double error = 0, largest = expected.Max(element => element.Scale);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.IsFalse(float.IsNaN(actual.Values[i]), $"{kernel.GetType().Name}, {shape}: element {i} is not a number");
                double scale = kernel.HasInputGradient ? largest : Math.Max(expected[i].Scale, 1e-30);
                error = Math.Max(error, Math.Abs(actual.Values[i] - expected[i].Value) / scale);
            }

            return error;
        }
    }

    /// <summary>The results by definition, with the sums of the absolute products.</summary>
    private sealed class Reference
    {
        private const int Kernel = ConvolutionShape.Kernel;
        private const double Ambiguous = 1e-5;

        public Reference(ConvolutionShape shape, int images, ReadOnlySpan<float> input, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, Span<float> gradient)
        {
            Output = new (double, double)[images * shape.OutputSize];
            InputGradient = new (double, double)[input.Length];
            WeightGradient = new (double, double)[weight.Length];
            BiasGradient = new (double, double)[bias.Length];
            int filters = shape.Filters, positions = images * shape.UsedHeight * shape.UsedWidth;
            var sums = new (double Value, double Scale)[positions * filters];
            for (int i = 0; i < sums.Length; i++)
            {
                sums[i] = (bias[i % filters], Math.Abs(bias[i % filters]));
                foreach (var (from, w) in Products(shape, i))
                    Add(ref sums[i], input[from], weight[w]);
                ref var output = ref Output[Pooled(shape, i)];
                output = (output.Value + Math.Max(sums[i].Value, 0) / 4, output.Scale + sums[i].Scale / 4);
                // Where rounding decides whether ReLU lets the gradient pass, there is no gradient.
                if (Math.Abs(sums[i].Value) < Ambiguous * sums[i].Scale)
                    gradient[Pooled(shape, i)] = 0;
            }

            for (int i = 0; i < sums.Length; i++)
            {
                float slope = gradient[Pooled(shape, i)] / 4;
                if (sums[i].Value <= 0 || slope == 0)
                    continue;
                Add(ref BiasGradient[i % filters], slope, 1);
                foreach (var (from, w) in Products(shape, i))
                {
                    Add(ref InputGradient[from], slope, weight[w]);
                    Add(ref WeightGradient[w], slope, input[from]);
                }
            }
        }

        public (double Value, double Scale)[] Output { get; }

        public (double Value, double Scale)[] InputGradient { get; }

        public (double Value, double Scale)[] WeightGradient { get; }

        public (double Value, double Scale)[] BiasGradient { get; }

        // The index of the pooled output that a convolution output belongs to.
        private static int Pooled(ConvolutionShape shape, int index)
        {
            var (image, y, x, filter) = Split(shape, index);
            return ((image * shape.PooledHeight + y / 2) * shape.PooledWidth + x / 2) * shape.Filters + filter;
        }

        // The indices of the inputs and weights whose products are a convolution output.
        private static IEnumerable<(int Input, int Weight)> Products(ConvolutionShape shape, int index)
        {
            var (image, y, x, filter) = Split(shape, index);
            for (int ky = 0; ky < Kernel; ky++)
            {
                for (int kx = 0; kx < Kernel; kx++)
                {
                    for (int c = 0; c < shape.Channels; c++)
                        yield return (((image * shape.Height + y + ky) * shape.Width + x + kx) * shape.Channels + c, ((filter * shape.Channels + c) * Kernel + ky) * Kernel + kx);
                }
            }
        }

        private static (int Image, int Y, int X, int Filter) Split(ConvolutionShape shape, int index)
        {
            int position = index / shape.Filters;
            return (position / shape.UsedWidth / shape.UsedHeight, position / shape.UsedWidth % shape.UsedHeight, position % shape.UsedWidth, index % shape.Filters);
        }

        private static void Add(ref (double Value, double Scale) sum, float a, float b)
        {
            double product = (double)a * b;
            sum = (sum.Value + product, sum.Scale + Math.Abs(product));
        }
    }
}

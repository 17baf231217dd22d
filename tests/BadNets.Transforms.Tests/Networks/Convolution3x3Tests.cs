namespace BadNets.Transforms.Tests.Networks;

/// <summary>The 3×3 convolutions match a computation by definition in double precision, for each vector width.</summary>
[TestClass]
public sealed unsafe class Convolution3x3Tests
{
    private const int ShapesPerWidth = 200;

    // Relative to the sum of the absolute products. For each element of a tile, Winograd's method sums products of all of them, so there it is the largest sum.
    private const double Tolerance = 1e-6;

    [TestMethod]
    public void Vectors_of_128_bits_match_the_definition() => MatchDefinition<Simd128>(seed: 1);

    [TestMethod]
    public void Vectors_of_256_bits_match_the_definition() => MatchDefinition<Simd256>(seed: 2);

    [TestMethod]
    public void Vectors_of_512_bits_match_the_definition() => MatchDefinition<Simd512>(seed: 3);

    private static void MatchDefinition<T>(int seed)
        where T : struct, ISimd<T>
    {
        Random random = new(seed);
        double worst = 0;
        for (int i = 0; i < ShapesPerWidth; i++)
        {
            // Large images are processed in several pieces.
            int side = i % 20 == 0 ? 42 : 19;
            int filters = 16 * random.Next(1, 4), height = random.Next(1, side), width = random.Next(1, side), images = random.Next(1, 5);
            if (i % 2 == 0)
            {
                Shape shape = new(16 * random.Next(1, 4), filters, height, width, 1, images, IsWinograd: true);
                worst = Math.Max(worst, Check(new WinogradConvolution3x3<T>(shape.Channels, filters, height, width), shape, random));
            }
            else
            {
                Shape shape = new(random.Next(3) == 0 ? random.Next(1, 6) : 16 * random.Next(1, 3), filters, height, width, random.Next(1, 3), images, IsWinograd: false);
                worst = Math.Max(worst, Check(new DirectConvolution3x3<T>(shape.Channels, filters, height, width, shape.Stride), shape, random));
            }
        }

        Assert.IsLessThanOrEqualTo(Tolerance, worst);
    }

    // Returns the largest error.
    private static double Check(Convolution3x3 convolution, Shape shape, Random random)
    {
        float Next() => (float)(random.NextDouble() * 2 - 1);
        PaddedImage input = convolution.Input, gradient = convolution.OutputGradient;
        Assert.AreEqual((shape.Height, shape.Width), (input.Height, input.Width));
        Assert.AreEqual((shape.OutputHeight, shape.OutputWidth), (gradient.Height, gradient.Width));
        Reference reference = new(shape, Next);
        using GuardedBuffer images = new(shape.Images * input.ImageSize), gradients = new(shape.Images * gradient.ImageSize);
        using GuardedBuffer weight = new(reference.Weight.Length), weightGradient = new(reference.Weight.Length);
        using GuardedBuffer output = new(shape.Images * gradient.ImageSize), inputGradient = new(shape.Images * input.ImageSize);
        using GuardedBuffer packed = new(convolution.PackedSize), sum = new(convolution.PackedSize), scratch = new(convolution.ScratchSize);
        int atOnce = Math.Min(convolution.MostImages, shape.Images);
        using GuardedBuffer padded = new(atOnce * input.PaddedSize), paddedGradient = new(atOnce * gradient.PaddedSize);
        GuardedBuffer[] all = [images, gradients, weight, weightGradient, output, inputGradient, packed, sum, scratch, padded, paddedGradient];
        reference.Input.CopyTo(images.Values);
        reference.OutputGradient.CopyTo(gradients.Values);
        reference.Weight.CopyTo(weight.Values);
        bool hasInputGradient = shape.Channels % 16 == 0;

        convolution.PackForForward(weight.Pointer, packed.Pointer);
        ForEachBatch((first, count) => convolution.Forward(padded.Pointer, count, packed.Pointer, output.Pointer + first * gradient.ImageSize, scratch.Pointer));
        ForEachBatch((first, count) => convolution.WeightGradient(padded.Pointer, paddedGradient.Pointer, count, sum.Pointer, add: first > 0, scratch.Pointer));
        convolution.UnpackGradient(sum.Pointer, weightGradient.Pointer);
        if (hasInputGradient)
        {
            convolution.PackForInputGradient(weight.Pointer, packed.Pointer);
            ForEachBatch((first, count) => convolution.InputGradient(paddedGradient.Pointer, count, packed.Pointer, inputGradient.Pointer + first * input.ImageSize, scratch.Pointer));
        }

        foreach (GuardedBuffer buffer in all)
            buffer.AssertUnharmed($"{convolution.GetType().Name}, {shape}");
        double worst = Math.Max(Error(reference.Output, output), Error(reference.WeightGradient, weightGradient));
        return hasInputGradient ? Math.Max(worst, Error(reference.InputGradient, inputGradient)) : worst;

        void ForEachBatch(Action<int, int> action)
        {
            for (int first = 0; first < shape.Images; first += atOnce)
            {
                int count = Math.Min(atOnce, shape.Images - first);
                padded.Values.Fill(float.NaN);
                paddedGradient.Values.Fill(float.NaN);
                for (int i = 0; i < count; i++)
                {
                    ChannelPass<Simd128>.Pad(input, images.Pointer + (first + i) * input.ImageSize, padded.Pointer + i * input.PaddedSize);
                    ChannelPass<Simd128>.Pad(gradient, gradients.Pointer + (first + i) * gradient.ImageSize, paddedGradient.Pointer + i * gradient.PaddedSize);
                }

                action(first, count);
            }
        }

        double Error((double Value, double Scale)[] expected, GuardedBuffer actual)
        {
            double error = 0, largest = expected.Max(element => element.Scale);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.IsFalse(float.IsNaN(actual.Values[i]), $"{convolution.GetType().Name}, {shape}: element {i} is not a number");
                error = Math.Max(error, Math.Abs(actual.Values[i] - expected[i].Value) / (shape.IsWinograd ? largest : Math.Max(expected[i].Scale, 1e-30)));
            }

            return error;
        }
    }

    private readonly record struct Shape(int Channels, int Filters, int Height, int Width, int Stride, int Images, bool IsWinograd)
    {
        public int OutputHeight => (Height - 1) / Stride + 1;

        public int OutputWidth => (Width - 1) / Stride + 1;
    }

    /// <summary>The convolution and its gradients by definition, with the sums of the absolute products.</summary>
    private sealed class Reference
    {
        public Reference(Shape shape, Func<float> next)
        {
            Input = Fill(shape.Images * shape.Height * shape.Width * shape.Channels);
            OutputGradient = Fill(shape.Images * shape.OutputHeight * shape.OutputWidth * shape.Filters);
            Weight = Fill(shape.Filters * shape.Channels * 9);
            Output = new (double, double)[OutputGradient.Length];
            InputGradient = new (double, double)[Input.Length];
            WeightGradient = new (double, double)[Weight.Length];
            for (int image = 0; image < shape.Images; image++)
            {
                for (int y = 0; y < shape.OutputHeight; y++)
                {
                    for (int x = 0; x < shape.OutputWidth; x++)
                    {
                        for (int tap = 0; tap < 9; tap++)
                        {
                            int row = y * shape.Stride + tap / 3 - 1, column = x * shape.Stride + tap % 3 - 1;
                            if (row < 0 || row >= shape.Height || column < 0 || column >= shape.Width)
                                continue;
                            int from = ((image * shape.Height + row) * shape.Width + column) * shape.Channels;
                            int to = ((image * shape.OutputHeight + y) * shape.OutputWidth + x) * shape.Filters;
                            for (int f = 0; f < shape.Filters; f++)
                            {
                                for (int c = 0; c < shape.Channels; c++)
                                {
                                    int w = (f * shape.Channels + c) * 9 + tap;
                                    Add(ref Output[to + f], Input[from + c], Weight[w]);
                                    Add(ref InputGradient[from + c], OutputGradient[to + f], Weight[w]);
                                    Add(ref WeightGradient[w], Input[from + c], OutputGradient[to + f]);
                                }
                            }
                        }
                    }
                }
            }

            float[] Fill(int length) => [.. Enumerable.Range(0, length).Select(_ => next())];
        }

        public float[] Input { get; }

        public float[] OutputGradient { get; }

        public float[] Weight { get; }

        public (double Value, double Scale)[] Output { get; }

        public (double Value, double Scale)[] InputGradient { get; }

        public (double Value, double Scale)[] WeightGradient { get; }

        private static void Add(ref (double Value, double Scale) sum, float a, float b)
        {
            double product = (double)a * b;
            sum = (sum.Value + product, sum.Scale + Math.Abs(product));
        }
    }
}

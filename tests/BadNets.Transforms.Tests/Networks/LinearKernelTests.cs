namespace BadNets.Transforms.Tests.Networks;

/// <summary>The linear layer matches a computation by definition in double precision, for each vector width.</summary>
[TestClass]
public sealed unsafe class LinearKernelTests
{
    private const int ShapesPerWidth = 180;

    // Relative to the sum of the absolute products.
    private const double Tolerance = 1e-6;

    [TestMethod]
    public void Vectors_of_128_bits_match_the_definition() => MatchDefinition(new LinearKernel<Simd128>(), seed: 1);

    [TestMethod]
    public void Vectors_of_256_bits_match_the_definition() => MatchDefinition(new LinearKernel<Simd256>(), seed: 2);

    [TestMethod]
    public void Vectors_of_512_bits_match_the_definition() => MatchDefinition(new LinearKernel<Simd512>(), seed: 3);

    private static void MatchDefinition(LinearKernel kernel, int seed)
    {
        Random random = new(seed);
        double worst = 0;
        for (int i = 0; i < ShapesPerWidth; i++)
            worst = Math.Max(worst, Check(kernel, random.Next(1, 80), random.Next(1, 300), random.Next(1, 300), rectify: i % 2 == 0, random));

        Assert.IsLessThanOrEqualTo(Tolerance, worst);
    }

    // Returns the largest error.
    private static double Check(LinearKernel kernel, int rows, int inputs, int outputs, bool rectify, Random random)
    {
        float Next() => (float)(random.NextDouble() * 2 - 1);
        int parts = LinearKernel.BackwardParts(outputs);
        using GuardedBuffer input = new(rows * inputs, Next), weight = new(outputs * inputs, Next), bias = new(outputs, Next), gradient = new(rows * outputs, Next);
        using GuardedBuffer packed = new(kernel.PackedInputSize(rows, inputs)), output = new(rows * outputs);
        using GuardedBuffer summands = new(parts * rows * inputs), inputGradient = new(rows * inputs), weightGradient = new(outputs * inputs), biasGradient = new(outputs);

        kernel.PackInputs(input.Pointer, rows, inputs, packed.Pointer);
        for (int part = 0; part < LinearKernel.ForwardParts(outputs); part++)
            kernel.Forward(packed.Pointer, rows, inputs, weight.Pointer, bias.Pointer, part, outputs, rectify, output.Pointer);
        for (int part = 0; part < parts; part++)
        {
            kernel.Backward(
                gradient.Pointer, rectify ? output.Pointer : null, rows, outputs, input.Pointer, weight.Pointer, part, inputs, summands.Pointer + part * rows * inputs,
                weightGradient.Pointer, biasGradient.Pointer);
        }

        Summands.Add(summands.Pointer, parts, rows * inputs, 0, rows * inputs, inputGradient.Pointer);

        string what = $"{rows} rows, {inputs} inputs, {outputs} outputs";
        foreach (GuardedBuffer buffer in (GuardedBuffer[])[input, weight, bias, gradient, packed, output, summands, inputGradient, weightGradient, biasGradient])
            buffer.AssertUnharmed(what);

        double worst = 0;
        var inputSums = new (double Value, double Scale)[rows * inputs];
        var weightSums = new (double Value, double Scale)[outputs * inputs];
        var biasSums = new (double Value, double Scale)[outputs];
        for (int row = 0; row < rows; row++)
        {
            for (int o = 0; o < outputs; o++)
            {
                (double Value, double Scale) sum = (bias.Values[o], Math.Abs(bias.Values[o]));
                for (int i = 0; i < inputs; i++)
                    Add(ref sum, input.Values[row * inputs + i], weight.Values[o * inputs + i]);
                float actual = output.Values[row * outputs + o];
                worst = Math.Max(worst, Math.Abs(actual - (rectify ? Math.Max(sum.Value, 0) : sum.Value)) / sum.Scale);

                // The gradient is that of the computed output, because one near zero can have either sign.
                float slope = rectify && actual <= 0 ? 0 : gradient.Values[row * outputs + o];
                Add(ref biasSums[o], slope, 1);
                for (int i = 0; i < inputs; i++)
                {
                    Add(ref inputSums[row * inputs + i], slope, weight.Values[o * inputs + i]);
                    Add(ref weightSums[o * inputs + i], slope, input.Values[row * inputs + i]);
                }
            }
        }

        return new[] { worst, Error(inputSums, inputGradient), Error(weightSums, weightGradient), Error(biasSums, biasGradient) }.Max();

        double Error((double Value, double Scale)[] expected, GuardedBuffer actual)
        {
            double error = 0;
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.IsFalse(float.IsNaN(actual.Values[i]), $"{what}: element {i} is not a number");
                error = Math.Max(error, Math.Abs(actual.Values[i] - expected[i].Value) / Math.Max(expected[i].Scale, 1e-30));
            }

            return error;
        }
    }

    private static void Add(ref (double Value, double Scale) sum, float a, float b)
    {
        double product = (double)a * b;
        sum = (sum.Value + product, sum.Scale + Math.Abs(product));
    }
}

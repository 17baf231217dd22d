using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>Lets libtorch's autograd call <see cref="PooledConvolutionKernel"/>. Images are (row, height, width, channel), contiguous.</summary>
sealed unsafe class PooledConvolutionFunction : autograd.SingleTensorFunction<PooledConvolutionFunction>
{
    private const string NeedsInputGradient = nameof(NeedsInputGradient);
    private const string Gradients = nameof(Gradients);

    // Gradients are first summed in groups of images and then over the groups in order, so the result does not depend on the number of threads.
    private const int GroupSize = 16;

    public override string Name => nameof(PooledConvolutionFunction);

    /// <summary>Computes only the forward pass, for use where no gradient is recorded.</summary>
    public static Tensor Infer(Tensor input, Tensor weight, Tensor bias) => Run(input, weight, bias, null);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (input, weight, bias) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2]);
        ConvolutionShape shape = ShapeOf(input, weight);
        Tensor mask = empty(input.shape[0], shape.MaskSize, dtype: ScalarType.Int16, device: CPU);
        Tensor output = Run(input, weight, bias, mask);
        ctx.save_for_backward([input, weight, mask]);
        ctx.save_data(NeedsInputGradient, input.requires_grad);
        return output;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        List<Tensor> saved = ctx.get_saved_variables();
        using Tensor input = saved[0], weight = saved[1], mask = saved[2], outputGradient = grad_output.contiguous();
        ConvolutionShape shape = ShapeOf(input, weight);
        int rows = (int)input.shape[0], groups = (rows + GroupSize - 1) / GroupSize;
        Tensor? inputGradient = (bool)ctx.get_data(NeedsInputGradient) ? empty_like(input) : null;
        Tensor weightGradient = empty_like(weight), biasGradient = empty(shape.Filters, dtype: ScalarType.Float32, device: CPU);

        int groupLength = shape.WeightSize + shape.Filters;
        using AlignedBuffer sums = new(groups * groupLength), packed = new(shape.WeightSize);
        sums.Clear();
        float* inputs = input.Floats(), gradients = outputGradient.Floats(), inputGradients = inputGradient is null ? null : inputGradient.Floats();
        float* sum = sums.Pointer, weights = packed.Pointer;
        ushort* masks = (ushort*)mask.Floats();
        if (inputGradients != null)
        {
            PooledConvolutionKernel.PackForBackward(shape, weight.Floats(), weights);
        }

        ForEachGroup(groups, group =>
        {
            using AlignedBuffer spread = new(shape.UsedHeight * shape.UsedWidth * shape.Filters);
            float* weightSum = sum + (group * groupLength), biasSum = weightSum + shape.WeightSize;
            for (int row = group * GroupSize; row < Math.Min(rows, (group + 1) * GroupSize); row++)
            {
                PooledConvolutionKernel.Spread(shape, gradients + ((long)row * shape.OutputSize), masks + ((long)row * shape.MaskSize), spread.Pointer, biasSum);
                PooledConvolutionKernel.AddWeightGradient(shape, inputs + ((long)row * shape.InputSize), spread.Pointer, weightSum);
                if (inputGradients != null)
                {
                    PooledConvolutionKernel.InputGradient(shape, spread.Pointer, weights, inputGradients + ((long)row * shape.InputSize));
                }
            }
        });

        PooledConvolutionKernel.SumGroups(sum, groups, groupLength);
        PooledConvolutionKernel.Unpack(shape, sum, weightGradient.Floats());
        new Span<float>(sum + shape.WeightSize, shape.Filters).CopyTo(new Span<float>(biasGradient.Floats(), shape.Filters));

        // libtorch takes ownership of them only after this method returns. The context lives longer.
        List<Tensor> results = [inputGradient!, weightGradient, biasGradient];
        ctx.save_data(Gradients, results);
        GC.KeepAlive(grad_output);
        return results;
    }

    private static Tensor Run(Tensor input, Tensor weight, Tensor bias, Tensor? mask)
    {
        ConvolutionShape shape = ShapeOf(input, weight);
        int rows = (int)input.shape[0], groups = (rows + GroupSize - 1) / GroupSize;
        // The process-wide default type is not used, because the host might have changed it.
        Tensor output = empty(rows, shape.PooledHeight, shape.PooledWidth, shape.Filters, dtype: ScalarType.Float32, device: CPU);
        using AlignedBuffer packed = new(shape.WeightSize);
        PooledConvolutionKernel.PackForForward(shape, weight.Floats(), packed.Pointer);
        float* inputs = input.Floats(), weights = packed.Pointer, biases = bias.Floats(), outputs = output.Floats();
        ushort* masks = mask is null ? null : (ushort*)mask.Floats();
        ForEachGroup(groups, group =>
        {
            for (int row = group * GroupSize; row < Math.Min(rows, (group + 1) * GroupSize); row++)
            {
                PooledConvolutionKernel.Forward(
                    shape, inputs + ((long)row * shape.InputSize), weights, biases, outputs + ((long)row * shape.OutputSize), masks == null ? null : masks + ((long)row * shape.MaskSize));
            }
        });

        // Pointers do not keep tensors alive, and a caller without a dispose scope might not hold another reference.
        GC.KeepAlive(input);
        GC.KeepAlive(weight);
        GC.KeepAlive(bias);
        GC.KeepAlive(mask);
        return output;
    }

    private static void ForEachGroup(int groups, Action<int> action)
    {
        int threads = Math.Min(get_num_threads(), groups);
        if (threads > 1)
        {
            Parallel.For(0, groups, new ParallelOptions { MaxDegreeOfParallelism = threads }, action);
            return;
        }

        for (int group = 0; group < groups; group++)
        {
            action(group);
        }
    }

    private static ConvolutionShape ShapeOf(Tensor input, Tensor weight) => new((int)input.shape[3], (int)input.shape[1], (int)input.shape[2], (int)weight.shape[0]);
}

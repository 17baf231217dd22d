using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>
/// Lets libtorch's autograd call a <see cref="PooledConvolutionKernel"/>. Images are (row, height, width, channel), contiguous. Outputs can be
/// (row, channel, height, width) instead, which is the order of the inputs of a linear layer.
/// </summary>
sealed unsafe class PooledConvolutionFunction : autograd.SingleTensorFunction<PooledConvolutionFunction>
{
    private const string Kernel = nameof(Kernel);
    private const string IsChannelsFirst = nameof(IsChannelsFirst);
    private const string NeedsInputGradient = nameof(NeedsInputGradient);
    private const string Gradients = nameof(Gradients);

    /// <summary>
    /// The number of images whose gradients are summed by one thread. The sums are then added in order, so that the result does not depend on the number of
    /// threads.
    /// </summary>
    public const int GroupSize = 16;

    public override string Name => nameof(PooledConvolutionFunction);

    /// <summary>Computes only the forward pass, for use where no gradient is recorded.</summary>
    public static Tensor Infer(PooledConvolutionKernel kernel, Tensor input, Tensor weight, Tensor bias, bool channelsFirst) =>
        Run(kernel, input, weight, bias, channelsFirst, null);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (kernel, input, weight, bias, channelsFirst) = ((PooledConvolutionKernel)vars[0], (Tensor)vars[1], (Tensor)vars[2], (Tensor)vars[3], (bool)vars[4]);
        Tensor mask = empty(input.shape[0], kernel.Shape.MaskSize, dtype: ScalarType.Int16, device: CPU);
        Tensor output = Run(kernel, input, weight, bias, channelsFirst, mask);
        ctx.save_for_backward([input, weight, mask]);
        ctx.save_data(Kernel, kernel);
        ctx.save_data(IsChannelsFirst, channelsFirst);
        ctx.save_data(NeedsInputGradient, input.requires_grad);
        return output;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        List<Tensor> saved = ctx.get_saved_variables();
        using Tensor input = saved[0], weight = saved[1], mask = saved[2], outputGradient = grad_output.contiguous();
        var kernel = (PooledConvolutionKernel)ctx.get_data(Kernel);
        ConvolutionShape shape = kernel.Shape;
        int rows = (int)input.shape[0], groups = GroupCount(rows);
        Tensor? inputGradient = (bool)ctx.get_data(NeedsInputGradient) ? empty_like(input) : null;
        Tensor weightGradient = empty_like(weight), biasGradient = empty(shape.Filters, dtype: ScalarType.Float32, device: CPU);

        int groupLength = shape.WeightSize + shape.Filters;
        using AlignedBuffer sums = new(groups * groupLength), packed = new(kernel.BackwardPackSize);
        float* inputs = input.Floats(), outputGradients = outputGradient.Floats(), inputGradients = inputGradient is null ? null : inputGradient.Floats();
        float* sum = sums.Pointer, weights = packed.Pointer;
        ushort* masks = (ushort*)mask.Floats();
        if (inputGradients != null)
        {
            kernel.PackForBackward(weight.Floats(), weights);
        }

        bool channelsFirst = (bool)ctx.get_data(IsChannelsFirst);
        Workers.ForEach(groups, group =>
        {
            long first = (long)group * GroupSize;
            int count = (int)Math.Min(GroupSize, rows - first);
            using AlignedBuffer? reordered = channelsFirst ? new(count * shape.OutputSize) : null;
            float* gradients = outputGradients + (first * shape.OutputSize), weightSum = sum + (group * groupLength);
            if (reordered is not null)
            {
                TransposeImages(gradients, count, shape.Filters, shape.PooledHeight * shape.PooledWidth, reordered.Pointer);
                gradients = reordered.Pointer;
            }

            kernel.Backward(
                inputs + (first * shape.InputSize), count, weights, gradients, masks + (first * shape.MaskSize),
                inputGradients == null ? null : inputGradients + (first * shape.InputSize), weightSum, weightSum + shape.WeightSize);
        });

        SumGroups(shape, sum, groups, weightGradient.Floats(), biasGradient.Floats());

        // libtorch takes ownership of them only after this method returns. The context lives longer.
        List<Tensor> results = [null!, inputGradient!, weightGradient, biasGradient, null!];
        ctx.save_data(Gradients, results);
        GC.KeepAlive(grad_output);
        return results;
    }

    private static Tensor Run(PooledConvolutionKernel kernel, Tensor input, Tensor weight, Tensor bias, bool channelsFirst, Tensor? mask)
    {
        ConvolutionShape shape = kernel.Shape;
        int rows = (int)input.shape[0];
        // The process-wide default type is not used, because the host might have changed it.
        Tensor output = channelsFirst
            ? empty(rows, shape.Filters, shape.PooledHeight, shape.PooledWidth, dtype: ScalarType.Float32, device: CPU)
            : empty(rows, shape.PooledHeight, shape.PooledWidth, shape.Filters, dtype: ScalarType.Float32, device: CPU);
        using AlignedBuffer packed = new(kernel.ForwardPackSize);
        kernel.PackForForward(weight.Floats(), packed.Pointer);
        float* inputs = input.Floats(), weights = packed.Pointer, biases = bias.Floats(), outputs = output.Floats();
        ushort* masks = mask is null ? null : (ushort*)mask.Floats();
        Workers.ForEach(GroupCount(rows), group =>
        {
            long first = (long)group * GroupSize;
            int count = (int)Math.Min(GroupSize, rows - first);
            using AlignedBuffer? ordered = channelsFirst ? new(count * shape.OutputSize) : null;
            float* results = outputs + (first * shape.OutputSize);
            kernel.Forward(
                inputs + (first * shape.InputSize), count, weights, biases, ordered is null ? results : ordered.Pointer, masks == null ? null : masks + (first * shape.MaskSize));
            if (ordered is not null)
            {
                TransposeImages(ordered.Pointer, count, shape.PooledHeight * shape.PooledWidth, shape.Filters, results);
            }
        });

        // Pointers do not keep tensors alive, and a caller without a dispose scope might not hold another reference.
        GC.KeepAlive(input);
        GC.KeepAlive(weight);
        GC.KeepAlive(bias);
        GC.KeepAlive(mask);
        return output;
    }

    /// <summary>Transposes each of several images of rows × columns values.</summary>
    public static void TransposeImages(float* images, int count, int rows, int columns, float* target)
    {
        for (int image = 0; image < count; image++, images += rows * columns, target += rows * columns)
        {
            Transposition.Copy(images, columns, rows, columns, target, rows);
        }
    }

    /// <summary>Returns the number of groups of a number of images.</summary>
    public static int GroupCount(int rows) => (rows + GroupSize - 1) / GroupSize;

    /// <summary>Adds up the gradients of all groups in order. Each has those of the weights in the order of the kernels, and those of the bias.</summary>
    public static void SumGroups(in ConvolutionShape shape, float* sums, int groups, float* weightGradient, float* biasGradient)
    {
        int length = shape.WeightSize + shape.Filters;
        using AlignedBuffer total = new(length);
        Summands.Add(sums, groups, length, 0, length, total.Pointer);
        FilterOrder.Unpack(shape, total.Pointer, weightGradient);
        new Span<float>(total.Pointer + shape.WeightSize, shape.Filters).CopyTo(new Span<float>(biasGradient, shape.Filters));
    }
}

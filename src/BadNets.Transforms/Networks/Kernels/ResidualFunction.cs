using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>
/// Lets libtorch's autograd call <see cref="ResidualKernel"/>. The arguments are the <see cref="ResidualLayers"/>, the images (row, height, width,
/// channel), and for each layer the weights of the convolution and the weight and bias of the normalization. All tensors are contiguous.
/// </summary>
sealed unsafe class ResidualFunction : autograd.SingleTensorFunction<ResidualFunction>
{
    private const string Layers = nameof(Layers);
    private const string IsTraining = nameof(IsTraining);
    private const string NeedsInputGradient = nameof(NeedsInputGradient);
    private const string NeedsWeightGradients = nameof(NeedsWeightGradients);
    private const string Gradients = nameof(Gradients);

    // The layers and the images.
    private const int FirstArguments = 2;
    private const int ArgumentsPerLayer = 3;

    // Convolved images and numbers of the normalization.
    private const int ResultsPerLayer = 2;

    public override string Name => nameof(ResidualFunction);

    /// <summary>Computes only the forward pass, for use where no gradient is recorded.</summary>
    public static Tensor Infer(object[] vars) => Run(vars, isRecording: false).Output;

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (layers, input) = ((ResidualLayers)vars[0], (Tensor)vars[1]);
        var (output, results) = Run(vars, isRecording: true);
        ctx.save_for_backward([input, .. Enumerable.Range(0, layers.Count).Select(i => (Tensor)vars[FirstArguments + i * ArgumentsPerLayer]), .. results]);
        ctx.save_data(Layers, layers);
        ctx.save_data(IsTraining, Enumerable.Range(0, layers.Count).Select(i => layers.Normalization(i).training).ToArray());
        ctx.save_data(NeedsInputGradient, input.requires_grad);
        ctx.save_data(NeedsWeightGradients, vars.Skip(FirstArguments).Cast<Tensor>().Any(tensor => tensor.requires_grad));
        return output;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var layers = (ResidualLayers)ctx.get_data(Layers);
        var isTraining = (bool[])ctx.get_data(IsTraining);
        bool needsWeightGradients = (bool)ctx.get_data(NeedsWeightGradients);
        List<Tensor> saved = ctx.get_saved_variables();
        Tensor input = saved[0];
        using Tensor outputGradient = grad_output.contiguous();
        Tensor? inputGradient = (bool)ctx.get_data(NeedsInputGradient) ? empty_like(input) : null;
        List<Tensor> results = [null!, inputGradient!];
        ResidualLayer[] memory = new ResidualLayer[layers.Count];
        for (int i = 0; i < memory.Length; i++)
        {
            Tensor weight = saved[1 + i];
            Tensor weightGradient = empty_like(weight), scaleGradient = NewVector(weight.shape[0]), shiftGradient = NewVector(weight.shape[0]);
            results.AddRange([weightGradient, scaleGradient, shiftGradient]);
            memory[i] = new ResidualLayer
            {
                Weight = weight.Floats(),
                IsTraining = isTraining[i],
                Convolved = saved[1 + memory.Length + i * ResultsPerLayer].Floats(),
                Normalization = saved[2 + memory.Length + i * ResultsPerLayer].Floats(),
                WeightGradient = needsWeightGradients ? weightGradient.Floats() : null,
                ScaleGradient = scaleGradient.Floats(),
                ShiftGradient = shiftGradient.Floats(),
            };
        }

        KernelFor(layers.ShapeFor(input, saved[1])).Backward(
            (int)input.shape[0], input.Floats(), memory, outputGradient.Floats(), inputGradient is null ? null : inputGradient.Floats());

        saved.ForEach(tensor => tensor.Dispose());
        // libtorch takes ownership of them only after this method returns. The context lives longer.
        ctx.save_data(Gradients, results);
        GC.KeepAlive(grad_output);
        if (!needsWeightGradients)
        {
            for (int i = FirstArguments; i < results.Count; i++)
            {
                results[i].Dispose();
                results[i] = null!;
            }
        }

        return results;
    }

    private static (Tensor Output, List<Tensor> Results) Run(object[] vars, bool isRecording)
    {
        var (layers, images) = ((ResidualLayers)vars[0], (Tensor)vars[1]);
        ResidualShape shape = layers.ShapeFor(images, (Tensor)vars[FirstArguments]);
        int rows = (int)images.shape[0];
        Tensor output = NewImages(rows, shape);
        List<Tensor> results = [];
        ResidualLayer[] memory = new ResidualLayer[layers.Count];
        isRecording |= Enumerable.Range(0, layers.Count).Any(i => layers.Normalization(i).training);
        for (int i = 0; i < memory.Length; i++)
        {
            BatchNormalization normalization = layers.Normalization(i);
            Tensor numbers = NewVector(Transforms.Normalization.Numbers * shape.Filters);
            Tensor? convolved = isRecording ? NewImages(rows, shape) : null;
            results.AddRange([convolved!, numbers]);
            memory[i] = new ResidualLayer
            {
                Weight = ((Tensor)vars[FirstArguments + i * ArgumentsPerLayer]).Floats(),
                Scale = ((Tensor)vars[FirstArguments + i * ArgumentsPerLayer + 1]).Floats(),
                Shift = ((Tensor)vars[FirstArguments + i * ArgumentsPerLayer + 2]).Floats(),
                RunningMean = normalization.running_mean!.Floats(),
                RunningVariance = normalization.running_var!.Floats(),
                IsTraining = normalization.training,
                Convolved = convolved is null ? null : convolved.Floats(),
                Normalization = numbers.Floats(),
            };
            if (normalization.training)
            {
                normalization.CountBatch();
            }
        }

        KernelFor(shape).Forward(rows, images.Floats(), memory, output.Floats());

        // Pointers do not keep tensors alive, and a caller without a dispose scope might not hold another reference.
        GC.KeepAlive(vars);
        GC.KeepAlive(results);
        return (output, results);
    }

    private static ResidualKernel KernelFor(in ResidualShape shape) => SimdWidth.Widest!.Residual(shape);

    // The process-wide default type is not used, because the host might have changed it.
    private static Tensor NewImages(int rows, in ResidualShape shape) =>
        empty(rows, shape.OutputHeight, shape.OutputWidth, shape.Filters, dtype: ScalarType.Float32, device: CPU);

    private static Tensor NewVector(long length) => empty(length, dtype: ScalarType.Float32, device: CPU);
}

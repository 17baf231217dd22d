using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>Lets libtorch's autograd call <see cref="LinearKernel"/>.</summary>
sealed unsafe class LinearFunction : autograd.SingleTensorFunction<LinearFunction>
{
    private const string Kernel = nameof(Kernel);
    private const string IsRectified = nameof(IsRectified);
    private const string NeedsInputGradient = nameof(NeedsInputGradient);
    private const string Gradients = nameof(Gradients);

    public override string Name => nameof(LinearFunction);

    /// <summary>Computes only the forward pass, for use where no gradient is recorded.</summary>
    public static Tensor Infer(LinearKernel kernel, Tensor input, Tensor weight, Tensor bias, bool rectify)
    {
        int rows = (int)input.shape[0], inputs = (int)input.shape[1], outputs = (int)weight.shape[0];
        Tensor output = empty(rows, outputs, dtype: ScalarType.Float32, device: CPU);
        using AlignedBuffer packed = new(kernel.PackedInputSize(rows, inputs));
        kernel.PackInputs(input.Floats(), rows, inputs, packed.Pointer);
        float* packedInputs = packed.Pointer, weights = weight.Floats(), biases = bias.Floats(), results = output.Floats();
        Workers.ForEach(LinearKernel.ForwardParts(outputs), part => kernel.Forward(packedInputs, rows, inputs, weights, biases, part, outputs, rectify, results));

        // Pointers do not keep tensors alive, and a caller without a dispose scope might not hold another reference.
        GC.KeepAlive(input);
        GC.KeepAlive(weight);
        GC.KeepAlive(bias);
        return output;
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (kernel, input, weight, bias, rectify) = ((LinearKernel)vars[0], (Tensor)vars[1], (Tensor)vars[2], (Tensor)vars[3], (bool)vars[4]);
        Tensor output = Infer(kernel, input, weight, bias, rectify);
        ctx.save_for_backward([input, weight, output]);
        ctx.save_data(Kernel, kernel);
        ctx.save_data(IsRectified, rectify);
        ctx.save_data(NeedsInputGradient, input.requires_grad);
        return output;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        List<Tensor> saved = ctx.get_saved_variables();
        using Tensor input = saved[0], weight = saved[1], output = saved[2], outputGradient = grad_output.contiguous();
        var kernel = (LinearKernel)ctx.get_data(Kernel);
        int rows = (int)input.shape[0], inputs = (int)input.shape[1], outputs = (int)weight.shape[0];
        Tensor? inputGradient = (bool)ctx.get_data(NeedsInputGradient) ? empty_like(input) : null;
        Tensor weightGradient = empty_like(weight), biasGradient = empty(outputs, dtype: ScalarType.Float32, device: CPU);

        int parts = LinearKernel.BackwardParts(outputs);
        using AlignedBuffer summands = new(inputGradient is null ? 0 : parts * rows * inputs);
        float* gradients = outputGradient.Floats(), rectified = (bool)ctx.get_data(IsRectified) ? output.Floats() : null, values = input.Floats(), weights = weight.Floats();
        float* inputGradients = inputGradient is null ? null : summands.Pointer, weightGradients = weightGradient.Floats(), biasGradients = biasGradient.Floats();
        Workers.ForEach(parts, part => kernel.Backward(
            gradients, rectified, rows, outputs, values, weights, part, inputs, inputGradients == null ? null : inputGradients + ((long)part * rows * inputs), weightGradients,
            biasGradients));
        if (inputGradient is not null)
        {
            Summands.Add(summands.Pointer, parts, rows * inputs, 0, rows * inputs, inputGradient.Floats());
        }

        // libtorch takes ownership of them only after this method returns. The context lives longer.
        List<Tensor> results = [null!, inputGradient!, weightGradient, biasGradient, null!];
        ctx.save_data(Gradients, results);
        GC.KeepAlive(grad_output);
        return results;
    }
}

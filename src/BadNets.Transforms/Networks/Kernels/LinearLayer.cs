using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>A linear layer, optionally followed by ReLU, as one operation.</summary>
static class LinearLayer
{
    // With fewer rows, most of a vector register would be empty. The layer then takes as long as reading its weights.
    private const int FewestRows = 8;

    // Sizes of buffers, with a few summands each, are integers.
    private const long MostValues = 1 << 27;

    public static Tensor Apply(Tensor input, Linear layer, bool rectify)
    {
        // Keeps intermediate tensors alive until the result is complete, because native code has only their handles.
        using DisposeScope scope = NewDisposeScope();
        if (SimdWidth.Widest is not { } width || !IsFusable(input, layer))
        {
            Tensor outputs = nn.functional.linear(input, layer.weight!, layer.bias);
            return (rectify ? outputs.relu_() : outputs).MoveToOuterDisposeScope();
        }

        Tensor rows = input.contiguous();
        return (is_grad_enabled()
            ? LinearFunction.apply(width.Linear, rows, layer.weight!, layer.bias!, rectify)
            : LinearFunction.Infer(width.Linear, rows, layer.weight!, layer.bias!, rectify)).MoveToOuterDisposeScope();
    }

    private static bool IsFusable(Tensor input, Linear layer) =>
        input.device_type == DeviceType.CPU && input.dtype == ScalarType.Float32 && input.dim() == 2 && input.shape[0] >= FewestRows
        && layer is { weight: { dtype: ScalarType.Float32 } weight, bias.dtype: ScalarType.Float32 } && weight.is_contiguous() && weight.shape[1] == input.shape[1]
        && input.shape[0] * Math.Max(input.shape[1], weight.shape[0]) <= MostValues;
}

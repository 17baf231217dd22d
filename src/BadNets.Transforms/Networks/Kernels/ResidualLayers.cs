using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>Layers of a network that are computed as one operation; see <see cref="ResidualShape"/>.</summary>
sealed class ResidualLayers(bool hasShortcut, params (Conv2d Convolution, BatchNormalization Normalization)[] layers)
{
    private readonly int _stride = (int)layers[0].Convolution.stride[0];

    public int Count => layers.Length;

    public ResidualShape ShapeFor(Tensor images, Tensor weight)
    {
        long[] image = images.shape;
        return new((int)image[3], (int)weight.shape[0], (int)image[1], (int)image[2], _stride, layers.Length, hasShortcut);
    }

    public BatchNormalization Normalization(int layer) => layers[layer].Normalization;

    /// <summary>Whether the kernels can compute the layers for an input (rows × channels × height × width).</summary>
    public bool CanApply(Tensor input) =>
        ResidualKernel.IsSupported && IsPlain(input) && input.dim() == 4 && input.shape[0] > 0 && layers.All(layer => IsPlain(layer.Convolution.weight!))
        && (!input.requires_grad || input.shape[1] % 16 == 0);

    public Tensor Apply(Tensor input)
    {
        // Keeps intermediate tensors alive until the result is complete, because native code has only their handles.
        using DisposeScope scope = NewDisposeScope();
        List<object> arguments = [this, input.permute(0, 2, 3, 1).contiguous()];
        foreach ((Conv2d convolution, BatchNormalization normalization) in layers)
        {
            arguments.AddRange([convolution.weight!.contiguous(), normalization.weight!, normalization.bias!]);
        }

        object[] all = [.. arguments];
        Tensor output = is_grad_enabled() && all.OfType<Tensor>().Any(tensor => tensor.requires_grad) ? ResidualFunction.apply(all) : ResidualFunction.Infer(all);
        return output.permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    private static bool IsPlain(Tensor tensor) => tensor.device_type == DeviceType.CPU && tensor.dtype == ScalarType.Float32;
}

using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>Layers of a network that are computed as one operation; see <see cref="ResidualShape"/>. The layers themselves are not called.</summary>
sealed class ResidualLayers(bool hasShortcut, params (Conv2d Convolution, BatchNormalization Normalization)[] layers)
{
    // So that an index into all images fits into an int, with memory for intermediate results to spare.
    private const long MostValues = 1 << 27;

    private readonly int _stride = (int)layers[0].Convolution.stride[0];

    public int Count => layers.Length;

    public ResidualShape ShapeFor(Tensor images, Tensor weight)
    {
        long[] image = images.shape;
        return new((int)image[3], (int)weight.shape[0], (int)image[1], (int)image[2], _stride, layers.Length, hasShortcut);
    }

    public BatchNormalization Normalization(int layer) => layers[layer].Normalization;

    /// <summary>Whether the kernels can compute the layers for an input (rows × channels × height × width). Otherwise, libtorch's operators can.</summary>
    public bool CanApply(Tensor input)
    {
        if (SimdWidth.Widest is null || input.dim() != 4 || !IsPlain(input, input.shape))
        {
            return false;
        }

        long[] image = input.shape;
        long channels = image[1], filters = layers[0].Convolution.out_channels;
        if (image.Contains(0) || filters % 16 != 0 || image[0] * image[2] * image[3] > MostValues / Math.Max(channels, filters) || input.requires_grad && channels % 16 != 0)
        {
            return false;
        }

        foreach ((Conv2d convolution, BatchNormalization normalization) in layers)
        {
            if (!IsPlain(convolution.weight!, filters, channels, 3, 3)
                || new[] { normalization.weight!, normalization.bias!, normalization.running_mean!, normalization.running_var! }
                    .Any(numbers => !IsPlain(numbers, filters) || !numbers.is_contiguous()))
            {
                return false;
            }

            channels = filters;
        }

        return true;
    }

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

    private static bool IsPlain(Tensor tensor, params long[] shape) =>
        tensor.device_type == DeviceType.CPU && tensor.dtype == ScalarType.Float32 && tensor.shape.AsSpan().SequenceEqual(shape);
}

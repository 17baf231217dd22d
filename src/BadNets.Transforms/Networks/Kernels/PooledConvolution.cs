using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>
/// A convolution with stride 1 and no padding, ReLU, and 2×2 average pooling, as one operation. Images are (row, height, width, channel).
/// </summary>
static class PooledConvolution
{
    // Held permanently, because TorchSharp does not keep the numbers that it passes to libtorch alive.
    private static readonly Scalar Quarter = 0.25f;

    /// <summary>Computes the operation.</summary>
    /// <param name="images">The images.</param>
    /// <param name="weight">The weights, filter × channel × row × column.</param>
    /// <param name="bias">The biases.</param>
    /// <param name="channelsFirst">Whether to return (row, channel, height, width) instead of (row, height, width, channel).</param>
    public static Tensor Apply(Tensor images, Tensor weight, Tensor bias, bool channelsFirst)
    {
        // Keeps intermediate tensors alive until the result is complete, because native code has only their handles.
        using DisposeScope scope = NewDisposeScope();
        Tensor pooled = FindKernel(images, weight, bias) is not { } kernel ? Composed(images, weight, bias, channelsFirst)
            : is_grad_enabled() ? PooledConvolutionFunction.apply(kernel, images.contiguous(), weight, bias, channelsFirst)
            : PooledConvolutionFunction.Infer(kernel, images.contiguous(), weight, bias, channelsFirst);
        return pooled.MoveToOuterDisposeScope();
    }

    private static Tensor Composed(Tensor images, Tensor weight, Tensor bias, bool channelsFirst)
    {
        Tensor x = nn.functional.conv2d(images.permute(0, 3, 1, 2), weight, bias).relu_();
        long rows = x.shape[0], filters = x.shape[1], height = x.shape[2], width = x.shape[3];
        Tensor pooled;
        if (height % 2 != 0 || width % 2 != 0)
        {
            pooled = nn.functional.avg_pool2d(x, 2);
        }
        else
        {
            // Multiplication by a constant matrix takes a third of the time of avg_pool2d, forward and backward.
            Tensor pooling = eye(width / 2, dtype: x.dtype, device: x.device).mul_(Quarter).repeat_interleave(2, 0).repeat(2, 1);
            pooled = x.reshape(-1, 2 * width).mm(pooling).view(rows, filters, height / 2, width / 2);
        }

        return channelsFirst ? pooled : pooled.permute(0, 2, 3, 1);
    }

    private static PooledConvolutionKernel? FindKernel(Tensor images, Tensor weight, Tensor bias)
    {
        if (SimdWidth.Widest is not { } width || images.device_type != DeviceType.CPU || images.dtype != ScalarType.Float32 || images.dim() != 4)
        {
            return null;
        }

        long[] image = images.shape, size = weight.shape;
        bool isSupported = size is [_, _, ConvolutionShape.Kernel, ConvolutionShape.Kernel] && size[1] == image[3]
            && weight.dtype == ScalarType.Float32 && bias.dtype == ScalarType.Float32 && weight.is_contiguous() && image[0] > 0;
        PooledConvolutionKernel? kernel = isSupported ? width.PooledConvolution(new ConvolutionShape((int)image[3], (int)image[1], (int)image[2], (int)size[0])) : null;
        return kernel is { HasInputGradient: false } && images.requires_grad ? null : kernel;
    }
}

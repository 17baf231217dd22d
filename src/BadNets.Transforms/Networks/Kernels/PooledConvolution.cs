using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>A convolution with stride 1 and no padding, ReLU, and 2×2 average pooling, as one operation.</summary>
static class PooledConvolution
{
    // Held permanently, because TorchSharp does not keep the numbers that it passes to libtorch alive.
    private static readonly Scalar Quarter = 0.25f;

    public static Tensor Apply(Tensor input, Tensor weight, Tensor bias) =>
        FindKernel(input, weight) is { } kernel ? Fused(kernel, input, weight, bias) : Composed(input, weight, bias);

    public static Tensor Fused(PooledConvolutionKernel kernel, Tensor input, Tensor weight, Tensor bias)
    {
        // Keeps intermediate tensors alive until the result is complete, because native code has only their handles.
        using DisposeScope scope = NewDisposeScope();
        Tensor images = input.permute(0, 2, 3, 1).contiguous();
        Tensor pooled = is_grad_enabled()
            ? PooledConvolutionFunction.apply(kernel, images, weight, bias)
            : PooledConvolutionFunction.Infer(kernel, images, weight, bias);
        return pooled.permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    public static Tensor Composed(Tensor input, Tensor weight, Tensor bias)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = nn.functional.conv2d(input, weight, bias).relu_();
        long rows = x.shape[0], filters = x.shape[1], height = x.shape[2], width = x.shape[3];
        if (height % 2 != 0 || width % 2 != 0)
        {
            return nn.functional.avg_pool2d(x, 2).MoveToOuterDisposeScope();
        }

        // Multiplication by a constant matrix takes a third of the time of avg_pool2d, forward and backward.
        Tensor pooling = eye(width / 2, dtype: x.dtype, device: x.device).mul_(Quarter).repeat_interleave(2, 0).repeat(2, 1);
        return x.reshape(-1, 2 * width).mm(pooling).view(rows, filters, height / 2, width / 2).MoveToOuterDisposeScope();
    }

    private static PooledConvolutionKernel? FindKernel(Tensor input, Tensor weight)
    {
        if (SimdWidth.Widest is not { } width || input.device_type != DeviceType.CPU || input.dtype != ScalarType.Float32 || input.dim() != 4)
        {
            return null;
        }

        long[] image = input.shape, size = weight.shape;
        bool isSupported = size is [_, _, ConvolutionShape.Kernel, ConvolutionShape.Kernel] && size[1] == image[1]
            && weight.dtype == ScalarType.Float32 && weight.is_contiguous() && image[0] > 0;
        PooledConvolutionKernel? kernel = isSupported ? width.PooledConvolution(new ConvolutionShape((int)image[1], (int)image[2], (int)image[3], (int)size[0])) : null;
        return kernel is { HasInputGradient: false } && input.requires_grad ? null : kernel;
    }
}

using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace BadNets.Transforms;

/// <summary>The vector width that the kernels use.</summary>
abstract class SimdWidth
{
    /// <summary>The widest vectors of this processor that have fused multiply-adds, or null if there are none.</summary>
    public static SimdWidth? Widest { get; } =
        Vector512.IsHardwareAccelerated ? new Of<Simd512>()
        : Vector256.IsHardwareAccelerated && Fma.IsSupported ? new Of<Simd256>()
        : Fma.IsSupported || AdvSimd.IsSupported ? new Of<Simd128>()
        : null;

    public abstract LinearKernel Linear { get; }

    /// <summary>Creates the kernel for a convolution, or returns null if its sizes do not fill vectors.</summary>
    public abstract PooledConvolutionKernel? PooledConvolution(ConvolutionShape shape);

    public abstract ResidualKernel Residual(in ResidualShape shape);

    /// <summary>A specific width.</summary>
    /// <typeparam name="T">The vector register.</typeparam>
    public sealed class Of<T> : SimdWidth
        where T : struct, ISimd<T>
    {
        public override LinearKernel Linear { get; } = new LinearKernel<T>();

        public override PooledConvolutionKernel? PooledConvolution(ConvolutionShape shape) =>
            shape.Filters % 16 != 0 || shape.PooledHeight < 1 || shape.PooledWidth < 1 ? null
            : shape.Channels % 16 == 0 ? new WinogradConvolution<T>(shape)
            : shape.PooledWidth >= 2 ? new DirectConvolution<T>(shape)
            : null;

        public override ResidualKernel Residual(in ResidualShape shape) => new ResidualKernel<T>(shape);
    }
}

using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace BadNets.Transforms;

/// <summary>Computes a <see cref="ResidualShape"/> and its gradients with the widest vector registers of the processor.</summary>
abstract unsafe class ResidualKernel
{
    /// <summary>Whether the processor multiplies and adds vectors in one instruction.</summary>
    public static bool IsSupported => Vector512.IsHardwareAccelerated || Fma.IsSupported || AdvSimd.IsSupported;

    public static ResidualKernel Create(in ResidualShape shape) =>
        Vector512.IsHardwareAccelerated ? new VectorizedResidualKernel<Simd512>(shape)
        : Vector256.IsHardwareAccelerated ? new VectorizedResidualKernel<Simd256>(shape)
        : new VectorizedResidualKernel<Simd128>(shape);

    /// <summary>Computes the output, and the numbers and running statistics of the normalizations.</summary>
    public abstract void Forward(int rows, float* input, ResidualLayer[] layers, float* output);

    /// <summary>Computes the gradients. Those whose pointers are null are left out.</summary>
    public abstract void Backward(int rows, float* input, ResidualLayer[] layers, float* outputGradient, float* inputGradient);
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace BadNets.Transforms;

static unsafe class TensorMemory
{
    /// <summary>The first element of a contiguous tensor. The tensor must outlive the pointer's use.</summary>
    public static float* Floats(this Tensor tensor) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
}

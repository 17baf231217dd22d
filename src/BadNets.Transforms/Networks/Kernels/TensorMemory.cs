using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace BadNets.Transforms;

static unsafe class TensorMemory
{
    /// <summary>The first element of a contiguous tensor. The tensor must outlive the pointer's use.</summary>
    public static float* Floats(this Tensor tensor)
    {
        // Of a large tensor only a part can be seen as a span, which ends at 2 GB.
        using Tensor first = tensor.narrow(0, 0, 1);
        return (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }
}

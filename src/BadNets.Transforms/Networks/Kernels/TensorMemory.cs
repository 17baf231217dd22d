using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace BadNets.Transforms;

static unsafe class TensorMemory
{
    /// <summary>Returns a pointer to the first element of a contiguous tensor. The tensor must stay alive while the pointer is used.</summary>
    public static float* Floats(this Tensor tensor)
    {
        // A span is limited to 2 GB, so for a large tensor it contains only a part.
        using Tensor first = tensor.narrow(0, 0, 1);
        return (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }
}

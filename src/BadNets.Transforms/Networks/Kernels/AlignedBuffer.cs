using System.Runtime.InteropServices;

namespace BadNets.Transforms;

/// <summary>Unmanaged memory for floats, aligned to a cache line, because a vector load across two lines costs twice as much.</summary>
sealed unsafe class AlignedBuffer(int length) : IDisposable
{
    public float* Pointer { get; private set; } = (float*)NativeMemory.AlignedAlloc((nuint)length * sizeof(float), 64);

    public void Clear() => new Span<float>(Pointer, length).Clear();

    public void Dispose()
    {
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
    }
}

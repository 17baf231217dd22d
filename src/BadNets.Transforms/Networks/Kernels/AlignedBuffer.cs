using System.Buffers;
using System.Runtime.InteropServices;

namespace BadNets.Transforms;

/// <summary>
/// Memory for floats that does not move, aligned to a cache line, because a vector load across two lines costs twice as much. It comes from a pool, because
/// the system clears new memory page by page, which takes longer than many of the computations.
/// </summary>
sealed unsafe class AlignedBuffer : IDisposable
{
    /// <summary>The number of floats by which memory can miss the next cache line.</summary>
    public const int Slack = Alignment / sizeof(float);

    private const int Alignment = 64;

    private readonly float[] _array;
    private GCHandle _pin;

    /// <param name="length">The number of floats. Their values are undefined.</param>
    public AlignedBuffer(int length)
    {
        _array = ArrayPool<float>.Shared.Rent(length + Slack);
        _pin = GCHandle.Alloc(_array, GCHandleType.Pinned);
        Pointer = Align((float*)_pin.AddrOfPinnedObject());
    }

    /// <summary>Returns the start of the next cache line, or the pointer itself if it is aligned.</summary>
    public static float* Align(float* pointer) => (float*)(((nint)pointer + Alignment - 1) & -Alignment);

    public float* Pointer { get; private set; }

    public void Dispose()
    {
        if (Pointer == null)
        {
            return;
        }

        Pointer = null;
        _pin.Free();
        ArrayPool<float>.Shared.Return(_array);
    }
}

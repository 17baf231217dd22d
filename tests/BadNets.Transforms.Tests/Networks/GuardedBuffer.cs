using System.Runtime.InteropServices;

namespace BadNets.Transforms.Tests.Networks;

/// <summary>Memory for floats between guards that show whether a kernel wrote outside of it. Reads outside of it see NaN.</summary>
sealed unsafe class GuardedBuffer : IDisposable
{
    private const int Guard = 64;
    private const float Mark = float.NaN;

    private readonly float* _memory;
    private readonly int _length;

    public GuardedBuffer(int length, Func<float>? next = null)
    {
        _length = length;
        _memory = (float*)NativeMemory.AlignedAlloc((nuint)(length + 2 * Guard) * sizeof(float), 64);
        new Span<float>(_memory, length + 2 * Guard).Fill(Mark);
        for (int i = 0; next is not null && i < length; i++)
            Values[i] = next();
    }

    public float* Pointer => _memory + Guard;

    public Span<float> Values => new(Pointer, _length);

    public void AssertUnharmed(string what)
    {
        var before = MemoryMarshal.Cast<float, int>(new Span<float>(_memory, Guard));
        var after = MemoryMarshal.Cast<float, int>(new Span<float>(Pointer + _length, Guard));
        int mark = BitConverter.SingleToInt32Bits(Mark);
        Assert.IsFalse(before.ContainsAnyExcept(mark), $"{what} wrote before the memory of {_length} floats");
        Assert.IsFalse(after.ContainsAnyExcept(mark), $"{what} wrote after the memory of {_length} floats");
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}

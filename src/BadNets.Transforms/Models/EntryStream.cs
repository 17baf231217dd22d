namespace BadNets.Transforms;

/// <summary>
/// An entry of a model file, in memory. It ends with an exception, not with zero bytes: ML.NET's readers of number arrays ask on and on
/// where a stream gives nothing.
/// </summary>
sealed class EntryStream(byte[] content) : MemoryStream(content, writable: false)
{
    public override int Read(byte[] buffer, int offset, int count) => NotNothing(base.Read(buffer, offset, count), count);

    public override int Read(Span<byte> buffer) => NotNothing(base.Read(buffer), buffer.Length);

    private static int NotNothing(int read, int asked) =>
        read > 0 || asked == 0 ? read : throw new InvalidDataException("It is damaged: a part of it ends before the data that it announces.");
}

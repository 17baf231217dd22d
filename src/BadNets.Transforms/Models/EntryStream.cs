namespace BadNets.Transforms;

/// <summary>
/// An entry of a model file, in memory. A read at the end throws an exception instead of returning zero bytes, because ML.NET's readers of numeric
/// arrays retry forever if a stream returns no bytes.
/// </summary>
sealed class EntryStream(byte[] content) : MemoryStream(content, writable: false)
{
    public override int Read(byte[] buffer, int offset, int count) => NotNothing(base.Read(buffer, offset, count), count);

    public override int Read(Span<byte> buffer) => NotNothing(base.Read(buffer), buffer.Length);

    private static int NotNothing(int read, int asked) =>
        read > 0 || asked == 0 ? read : throw new InvalidDataException("It is damaged: a part of it ends before its data is complete.");
}

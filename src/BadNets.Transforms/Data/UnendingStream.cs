namespace BadNets.Transforms;

/// <summary>
/// A stream that returns 0xff bytes after the end of its source. .NET's <see cref="System.IO.Compression.GZipStream"/> treats the end of its source
/// as the end of the data, even if the data is incomplete or its checksum has not been read. This stream never ends, but eventually throws. If the
/// data is incomplete, the reader reaches the 0xff bytes, which <see cref="IsPastEnd"/> reports.
/// </summary>
sealed class UnendingStream(Stream source) : Stream
{
    // No gzip member, no deflate block, and no checksum and length of less than 4 GiB starts with these bytes.
    private const byte Filler = 0xff;

    // More than an incomplete deflate block can consume without any output. A file name in a gzip header consumes any number of bytes.
    private const int MostFiller = 1 << 18;

    private int _filled;

    /// <summary>Whether bytes after the end of the source have been returned.</summary>
    public bool IsPastEnd { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        int read = source.Read(buffer);
        if (read > 0 || buffer.IsEmpty)
            return read;
        IsPastEnd = true;
        _filled += buffer.Length;
        if (_filled > MostFiller)
            throw new InvalidDataException("The data does not end.");
        buffer.Fill(Filler);
        return buffer.Length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            source.Dispose();
        base.Dispose(disposing);
    }
}

namespace BadNets.Transforms;

/// <summary>
/// A stream that goes on with many times 0xff after its end. .NET's <see cref="System.IO.Compression.GZipStream"/> takes the end of its source for the
/// end of the data, whether or not these are complete and their checksum has been read. This source never ends, it only fails: incomplete
/// data run into these bytes, which <see cref="IsPastEnd"/> shows.
/// </summary>
sealed class UnendingStream(Stream source) : Stream
{
    // No gzip member, no deflate block and no checksum of less than 4 GiB has these bytes at its start.
    private const byte Filler = 0xff;

    // More than any deflate block that was begun can take without giving anything; a file name in gzip's header takes all there is.
    private const int MostFiller = 1 << 18;

    private int _filled;

    /// <summary>Whether bytes beyond the source's end were given.</summary>
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
            throw new InvalidDataException("The data have no end.");
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

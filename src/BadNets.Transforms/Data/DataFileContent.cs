using System.IO.Compression;

namespace BadNets.Transforms;

/// <summary>The content of a <see cref="DataFile"/>, unpacked if it is compressed. Every error names the file.</summary>
sealed class DataFileContent(string path, Stream stream) : IDisposable
{
    /// <summary>Reads the next bytes.</summary>
    /// <exception cref="InvalidDataException">The file ends before, or its compression is damaged.</exception>
    public void ReadExactly(Span<byte> bytes)
    {
        if (ReadUpTo(bytes) < bytes.Length)
            throw DataFile.Truncated(path);
    }

    /// <summary>Reads the next bytes, fewer only at the end of the file. A compressed file's checksum is only looked at there.</summary>
    /// <exception cref="InvalidDataException">The file's compression is damaged, or the file is cut off.</exception>
    public int ReadUpTo(Span<byte> bytes)
    {
        try
        {
            int read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return read < bytes.Length || !IsPastEnd ? read : throw DataFile.Truncated(path);
        }
        catch (InvalidDataException damage) when (stream is GZipStream)
        {
            throw IsPastEnd ? DataFile.Truncated(path)
                : new InvalidDataException($"'{path}' is damaged: its gzip data cannot be unpacked or do not match their checksum; get the file again.", damage);
        }
    }

    /// <summary>Reads on after the last item: there must be nothing.</summary>
    /// <exception cref="InvalidDataException">There is more, or what was read is not what was packed.</exception>
    public void CheckEnd()
    {
        Span<byte> more = stackalloc byte[1];
        if (ReadUpTo(more) > 0)
            throw DataFile.TooLong(path);
    }

    public void Dispose() => stream.Dispose();

    private bool IsPastEnd => stream is GZipStream { BaseStream: UnendingStream { IsPastEnd: true } };
}

using System.IO.Compression;

namespace BadNets.Transforms;

/// <summary>The content of a <see cref="DataFile"/>, unpacked if it is compressed. Every error names the file.</summary>
sealed class DataFileContent(string path, Stream stream) : IDisposable
{
    /// <summary>Reads the next bytes.</summary>
    /// <exception cref="InvalidDataException">The file ends too early, or its compressed data is damaged.</exception>
    public void ReadExactly(Span<byte> bytes)
    {
        if (ReadUpTo(bytes) < bytes.Length)
            throw DataFile.Truncated(path);
    }

    /// <summary>Reads the next bytes, fewer only at the end of the file. A compressed file's checksum is verified only there.</summary>
    /// <exception cref="InvalidDataException">The file's compressed data is damaged, or the file is truncated.</exception>
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
                : new InvalidDataException($"'{path}' is damaged: its gzip data cannot be unpacked or does not match its checksum; get the file again.", damage);
        }
    }

    /// <summary>Checks that nothing follows the last item.</summary>
    /// <exception cref="InvalidDataException">There is more data, or the checksum does not match.</exception>
    public void CheckEnd()
    {
        Span<byte> more = stackalloc byte[1];
        if (ReadUpTo(more) > 0)
            throw DataFile.TooLong(path);
    }

    public void Dispose() => stream.Dispose();

    private bool IsPastEnd => stream is GZipStream { BaseStream: UnendingStream { IsPastEnd: true } };
}

using System.IO.Compression;

namespace BadNets.Transforms;

/// <summary>The content of a <see cref="DataFile"/>, decompressed if necessary. Every exception names the file.</summary>
sealed class DataFileContent(string path, Stream stream) : IDisposable
{
    /// <summary>Reads the next bytes.</summary>
    /// <exception cref="InvalidDataException">The file ends too early, or its compressed data is damaged.</exception>
    public void ReadExactly(Span<byte> bytes)
    {
        if (ReadUpTo(bytes) < bytes.Length)
            throw DataFile.Truncated(path);
    }

    /// <summary>Reads the next bytes, or fewer at the end of the file. The checksum of a compressed file is verified only at the end.</summary>
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
                : new InvalidDataException($"'{path}' is damaged: its gzip data cannot be decompressed or does not match its checksum. Download the file again.", damage);
        }
    }

    /// <summary>Checks that no data follows the last item.</summary>
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

using System.Buffers.Binary;
using System.IO.Compression;

namespace BadNets.Transforms;

/// <summary>A file that is read from its start to its end, plain or gzip.</summary>
sealed class DataFile
{
    // No deflate stream expands further than this (1032:1, and the header).
    private const long LargestExpansion = 1032;

    // The maximum size of unpacked files if the caller does not specify one.
    private const long UsualMostBytes = 1 << 30;
    private const int UsualExpansion = 10;

    private readonly uint _trailer;

    private DataFile(string path, bool isCompressed, long length, uint trailer)
    {
        Path = path;
        IsCompressed = isCompressed;
        Length = length;
        _trailer = trailer;
    }

    public string Path { get; }

    public bool IsCompressed { get; }

    /// <summary>The file's length on disk.</summary>
    public long Length { get; }

    /// <summary>Looks at a file's start, end, and length.</summary>
    public static DataFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[2], trailer = stackalloc byte[4];
        bool isCompressed = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start is [0x1f, 0x8b];
        file.Seek(-Math.Min(trailer.Length, file.Length), SeekOrigin.End);
        file.ReadAtLeast(trailer, trailer.Length, throwOnEndOfStream: false);
        return new DataFile(path, isCompressed, file.Length, BinaryPrimitives.ReadUInt32LittleEndian(trailer));
    }

    /// <summary>What the caller allows files to unpack to, or what is usual for files of their lengths.</summary>
    public static long MostBytes(long? maxBytes, params ReadOnlySpan<DataFile> files)
    {
        long length = 0;
        foreach (var file in files)
            length += file.Length;
        return maxBytes ?? Math.Max(UsualMostBytes, UsualExpansion * length);
    }

    /// <summary>Opens the content.</summary>
    public DataFileContent OpenContent()
    {
        var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        return new DataFileContent(Path, IsCompressed ? new GZipStream(new UnendingStream(file), CompressionMode.Decompress) : file);
    }

    /// <summary>Checks the length of the content, which is unpacked only if necessary.</summary>
    /// <exception cref="InvalidDataException">It is not as expected.</exception>
    public void CheckContentLength(long expected)
    {
        // A gzip file ends with its content's length modulo 2³²: enough to trust a good file without unpacking it.
        // If that disagrees (or cannot be true), only unpacking tells whether the file has several parts or is broken.
        bool agrees = _trailer == (uint)expected && expected <= LargestExpansion * Length;
        long actual = !IsCompressed ? Length : agrees ? expected : CountBytes(expected);
        if (actual < expected)
            throw Truncated(Path);
        if (actual > expected)
            throw TooLong(Path);
    }

    /// <summary>The error for content beyond the maximum.</summary>
    public InvalidDataException TooLarge(string claim, long mostBytes) =>
        new($"'{Path}' {claim}, more than the {Math.Max(0, mostBytes)} that are allowed here; if you trust the file, pass a larger maxBytes.");

    /// <summary>The error for a file that was changed after it was first opened.</summary>
    public static InvalidDataException Changed(string path) => new($"'{path}' was changed after it was opened; load it again.");

    /// <summary>The error for a file that continues where it should end.</summary>
    public static InvalidDataException TooLong(string path) =>
        new($"'{path}' is longer than its header says, or longer than when it was opened; get the file again.");

    /// <summary>The error for a file that ends too early.</summary>
    public static InvalidDataException Truncated(string path) =>
        new($"'{path}' is truncated: it ends in the middle of its data; get the file again.");

    private long CountBytes(long enough)
    {
        using var content = OpenContent();
        var buffer = new byte[1 << 16];
        long count = 0;
        int read;
        while (count <= enough && (read = content.ReadUpTo(buffer)) > 0)
            count += read;
        return count;
    }
}

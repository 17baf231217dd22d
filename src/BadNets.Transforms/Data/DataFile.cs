using System.Buffers.Binary;
using System.IO.Compression;

namespace BadNets.Transforms;

/// <summary>A file that is read from start to end, uncompressed or gzip-compressed.</summary>
sealed class DataFile
{
    // The maximum compression ratio of deflate is 1032:1.
    private const long LargestExpansion = 1032;

    // The maximum size of the decompressed files if the caller does not specify one.
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

    /// <summary>Reads the start, the end, and the length of a file.</summary>
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

    /// <summary>Returns the maximum total size of the decompressed files: the caller's, or one that is based on the lengths of the files.</summary>
    public static long MostBytes(long? maxBytes, params ReadOnlySpan<DataFile> files)
    {
        long length = 0;
        foreach (var file in files)
            length += file.Length;
        return maxBytes ?? Math.Max(UsualMostBytes, UsualExpansion * length);
    }

    /// <summary>Opens the decompressed content.</summary>
    public DataFileContent OpenContent()
    {
        var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        return new DataFileContent(Path, IsCompressed ? new GZipStream(new UnendingStream(file), CompressionMode.Decompress) : file);
    }

    /// <summary>Checks the length of the content. Decompresses the content only if necessary.</summary>
    /// <exception cref="InvalidDataException">The length is not the expected one.</exception>
    public void CheckContentLength(long expected)
    {
        // A gzip file ends with the length of its content modulo 2³², so a valid file need not be decompressed. If that number is wrong or
        // impossible, the file must be decompressed to find out whether it has several members or is damaged.
        bool agrees = _trailer == (uint)expected && expected <= LargestExpansion * Length;
        long actual = !IsCompressed ? Length : agrees ? expected : CountBytes(expected);
        if (actual < expected)
            throw Truncated(Path);
        if (actual > expected)
            throw TooLong(Path);
    }

    /// <summary>Creates the exception for content that exceeds the maximum size.</summary>
    public InvalidDataException TooLarge(string claim, long mostBytes) =>
        new($"'{Path}' {claim}, but the maximum is {Math.Max(0, mostBytes)}. If you trust the file, pass a larger value for 'maxBytes'.");

    /// <summary>Creates the exception for a file that was changed after it was first opened.</summary>
    public static InvalidDataException Changed(string path) => new($"'{path}' was changed after it was opened. Load it again.");

    /// <summary>Creates the exception for a file that is longer than expected.</summary>
    public static InvalidDataException TooLong(string path) =>
        new($"'{path}' is longer than its header states, or longer than when it was opened. Download the file again.");

    /// <summary>Creates the exception for a file that ends too early.</summary>
    public static InvalidDataException Truncated(string path) =>
        new($"'{path}' is truncated: it ends in the middle of its data. Download the file again.");

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

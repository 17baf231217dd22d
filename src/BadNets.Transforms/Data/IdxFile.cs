using System.Buffers.Binary;
using System.IO.Compression;

namespace BadNets.Transforms;

/// <summary>
/// The header of an IDX file of unsigned bytes, plain or gzip, checked against the file's length, and the way to its items.
/// </summary>
sealed class IdxFile
{
    // Two zero bytes, the type (8: unsigned byte), the number of dimensions; then each dimension as a big-endian 32-bit number.
    private const byte UnsignedByte = 8;

    // Each row is read as a whole, and a small gzip file can specify a row that fills the memory. 32 MiB is an image of 5792×5792 pixels.
    private const int MostItemBytes = 1 << 25;

    // No deflate stream expands further than this (1032:1, and the header).
    private const long LargestExpansion = 1032;

    private readonly bool _isCompressed;
    private readonly byte[] _header;

    private IdxFile(string path, bool isCompressed, byte[] header, int count, int[] itemDimensions, int itemBytes)
    {
        Path = path;
        _isCompressed = isCompressed;
        _header = header;
        Count = count;
        ItemDimensions = itemDimensions;
        ItemBytes = itemBytes;
    }

    public string Path { get; }

    /// <summary>The number of items: the first dimension.</summary>
    public int Count { get; }

    /// <summary>The other dimensions.</summary>
    public IReadOnlyList<int> ItemDimensions { get; }

    /// <summary>The length of an item, which has a byte for each of its values.</summary>
    public int ItemBytes { get; }

    /// <summary>The unpacked length of the header and all items.</summary>
    public long ContentBytes => _header.Length + (long)Count * ItemBytes;

    /// <summary>The length of a file on disk.</summary>
    public static long LengthOf(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var file = File.OpenRead(path);
        return file.Length;
    }

    /// <summary>Reads and checks a file's header.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">What it should hold, for error messages.</param>
    /// <param name="mostBytes">The maximum length of its unpacked content.</param>
    /// <param name="ranks">The numbers of dimensions that will do.</param>
    /// <exception cref="InvalidDataException">It is not such a file, or its length is not what its header says.</exception>
    public static IdxFile Open(string path, string content, long mostBytes, params ReadOnlySpan<int> ranks)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        bool isCompressed = IsGzip(path);
        using var stream = OpenStream(path, isCompressed);
        Span<byte> magic = stackalloc byte[4];
        if (ReadUpTo(stream, magic, path) < magic.Length || magic[0] != 0 || magic[1] != 0)
            throw new InvalidDataException($"'{path}' is not an IDX file: it does not start with an IDX magic number.");
        if (magic[2] != UnsignedByte)
            throw new InvalidDataException($"'{path}' holds IDX values of type 0x{magic[2]:x2}; only unsigned bytes (0x08) can be read.");
        if (!ranks.Contains(magic[3]))
            throw new InvalidDataException($"'{path}' has {magic[3]} dimensions, but {content} have {string.Join(" or ", ranks.ToArray())}.");

        Span<byte> sizes = stackalloc byte[4 * magic[3]];
        if (ReadUpTo(stream, sizes, path) < sizes.Length)
            throw Truncated(path);
        var dimensions = new int[magic[3]];
        for (int i = 0; i < dimensions.Length; i++)
        {
            uint size = BinaryPrimitives.ReadUInt32BigEndian(sizes[(4 * i)..]);
            if (size is 0 or > int.MaxValue)
                throw new InvalidDataException($"'{path}' says that its dimension {i + 1} is {size}; it must be between 1 and {int.MaxValue}.");
            dimensions[i] = (int)size;
        }

        long itemBytes = 1;
        foreach (int size in dimensions.AsSpan(1))
        {
            if ((itemBytes *= size) > MostItemBytes)
                throw new InvalidDataException($"'{path}' says that each of its items has {string.Join("×", dimensions[1..])} values; at most {MostItemBytes} can be read.");
        }

        byte[] header = [.. magic, .. sizes];
        long contentBytes = header.Length + dimensions[0] * itemBytes;
        if (contentBytes > mostBytes)
            throw new InvalidDataException($"'{path}' claims to contain {contentBytes} bytes, more than the {Math.Max(0, mostBytes)} that are allowed here; if you trust the file, pass a larger maxBytes.");
        CheckLength(path, isCompressed, contentBytes);
        return new IdxFile(path, isCompressed, header, dimensions[0], dimensions[1..], (int)itemBytes);
    }

    /// <summary>The content from the first item on.</summary>
    /// <exception cref="InvalidDataException">The file is not the one that was opened first.</exception>
    public Stream OpenItems()
    {
        var stream = OpenStream(Path, _isCompressed);
        try
        {
            Span<byte> header = stackalloc byte[_header.Length];
            ReadExactly(stream, header);
            return header.SequenceEqual(_header) ? stream : throw Changed(Path);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads the next bytes of what <see cref="OpenItems"/> gave.</summary>
    /// <exception cref="InvalidDataException">The file ends before, or its compression is damaged.</exception>
    public void ReadExactly(Stream stream, Span<byte> bytes)
    {
        if (ReadUpTo(stream, bytes, Path) < bytes.Length)
            throw Truncated(Path);
    }

    /// <summary>Reads on after the last item: there must be nothing, and a compressed file's checksum is only looked at there.</summary>
    /// <exception cref="InvalidDataException">There is more, or what was read is not what was packed.</exception>
    public void CheckEnd(Stream stream)
    {
        Span<byte> more = stackalloc byte[1];
        if (ReadUpTo(stream, more, Path) > 0)
            throw TooLong(Path);
    }

    private static int ReadUpTo(Stream stream, Span<byte> bytes, string path)
    {
        try
        {
            int read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return read < bytes.Length || !IsPastEnd(stream) ? read : throw Truncated(path);
        }
        catch (InvalidDataException damage) when (stream is GZipStream)
        {
            throw IsPastEnd(stream) ? Truncated(path)
                : new InvalidDataException($"'{path}' is damaged: its gzip data cannot be unpacked or do not match their checksum; get the file again.", damage);
        }
    }

    private static bool IsPastEnd(Stream stream) => stream is GZipStream { BaseStream: UnendingStream { IsPastEnd: true } };

    private static Stream OpenStream(string path, bool isCompressed)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        return isCompressed ? new GZipStream(new UnendingStream(file), CompressionMode.Decompress) : file;
    }

    private static bool IsGzip(string path)
    {
        Span<byte> start = stackalloc byte[2];
        using var file = File.OpenRead(path);
        return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start is [0x1f, 0x8b];
    }

    private static void CheckLength(string path, bool isCompressed, long expected)
    {
        using var file = File.OpenRead(path);
        long actual = file.Length;
        if (isCompressed)
        {
            // A gzip file ends with its content's length modulo 2³²: enough to trust a good file without unpacking it.
            // If that disagrees (or cannot be true), only unpacking tells whether the file has several parts or is broken.
            Span<byte> trailer = stackalloc byte[4];
            file.Seek(-Math.Min(4, file.Length), SeekOrigin.End);
            file.ReadAtLeast(trailer, trailer.Length, throwOnEndOfStream: false);
            bool agrees = BinaryPrimitives.ReadUInt32LittleEndian(trailer) == (uint)expected && expected <= LargestExpansion * actual;
            actual = agrees ? expected : CountBytes(path, expected);
        }

        if (actual < expected)
            throw Truncated(path);
        if (actual > expected)
            throw TooLong(path);
    }

    private static long CountBytes(string path, long enough)
    {
        using var stream = OpenStream(path, isCompressed: true);
        var buffer = new byte[1 << 16];
        long count = 0;
        int read;
        while (count <= enough && (read = ReadUpTo(stream, buffer, path)) > 0)
            count += read;
        return count;
    }

    /// <summary>The error for a file that was changed after it was first opened.</summary>
    public static InvalidDataException Changed(string path) => new($"'{path}' was changed after it was opened; load it again.");

    private static InvalidDataException TooLong(string path) =>
        new($"'{path}' is longer than its header says; it is not the IDX file it claims to be.");

    private static InvalidDataException Truncated(string path) =>
        new($"'{path}' is truncated: it ends before the data that its header announces; get the file again.");
}

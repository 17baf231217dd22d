using System.Buffers.Binary;

namespace BadNets.Transforms;

/// <summary>
/// An IDX file of unsigned bytes, uncompressed or gzip-compressed. The header is checked against the length of the file, and gives access to the
/// items.
/// </summary>
sealed class IdxFile
{
    // Two zero bytes, the type (8: unsigned byte), the number of dimensions; then each dimension as a big-endian 32-bit number.
    private const byte UnsignedByte = 8;

    private readonly DataFile _file;
    private readonly byte[] _header;

    private IdxFile(DataFile file, byte[] header, int[] dimensions, int itemBytes)
    {
        _file = file;
        _header = header;
        Count = dimensions[0];
        ItemDimensions = dimensions[1..];
        ItemBytes = itemBytes;
    }

    public string Path => _file.Path;

    /// <summary>The number of items, which is the first dimension.</summary>
    public int Count { get; }

    /// <summary>The other dimensions.</summary>
    public IReadOnlyList<int> ItemDimensions { get; }

    /// <summary>The length of an item in bytes, which is the number of its values.</summary>
    public int ItemBytes { get; }

    /// <summary>The decompressed length of the header and all items, in bytes.</summary>
    public long ContentBytes => _header.Length + (long)Count * ItemBytes;

    /// <summary>Reads and checks the header of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="content">What the file should contain, for error messages.</param>
    /// <param name="mostBytes">The maximum length of the decompressed content in bytes.</param>
    /// <param name="ranks">The allowed numbers of dimensions.</param>
    /// <exception cref="InvalidDataException">The file is not an IDX file of unsigned bytes, or its length does not match its header.</exception>
    public static IdxFile Read(DataFile file, string content, long mostBytes, params ReadOnlySpan<int> ranks)
    {
        string path = file.Path;
        using var reader = file.OpenContent();
        Span<byte> magic = stackalloc byte[4];
        if (reader.ReadUpTo(magic) < magic.Length || magic[0] != 0 || magic[1] != 0)
            throw new InvalidDataException($"'{path}' is not an IDX file: it does not start with an IDX magic number.");
        if (magic[2] != UnsignedByte)
            throw new InvalidDataException($"'{path}' contains IDX values of type 0x{magic[2]:x2}. Only unsigned bytes (0x08) can be read.");
        if (!ranks.Contains(magic[3]))
            throw new InvalidDataException($"'{path}' has {magic[3]} dimensions, but {content} have {string.Join(" or ", ranks.ToArray())}.");

        Span<byte> sizes = stackalloc byte[4 * magic[3]];
        reader.ReadExactly(sizes);
        var dimensions = new int[magic[3]];
        for (int i = 0; i < dimensions.Length; i++)
        {
            uint size = BinaryPrimitives.ReadUInt32BigEndian(sizes[(4 * i)..]);
            if (size is 0 or > int.MaxValue)
                throw new InvalidDataException($"'{path}' states that its dimension {i + 1} is {size}. It must be between 1 and {int.MaxValue}.");
            dimensions[i] = (int)size;
        }

        long itemBytes = 1;
        foreach (int size in dimensions.AsSpan(1))
        {
            if ((itemBytes *= size) > ImageSet.MostImageBytes)
                throw new InvalidDataException($"'{path}' states that each of its items has {string.Join("×", dimensions[1..])} values. At most {ImageSet.MostImageBytes} values per item can be read.");
        }

        var idx = new IdxFile(file, [.. magic, .. sizes], dimensions, (int)itemBytes);
        if (idx.ContentBytes > mostBytes)
            throw file.TooLarge($"claims to contain {idx.ContentBytes} bytes", mostBytes);
        file.CheckContentLength(idx.ContentBytes);
        return idx;
    }

    /// <summary>Opens the file at its first item.</summary>
    /// <exception cref="InvalidDataException">The file was changed after it was first opened.</exception>
    public FileItems OpenItems()
    {
        var content = _file.OpenContent();
        try
        {
            Span<byte> header = stackalloc byte[_header.Length];
            content.ReadExactly(header);
            return header.SequenceEqual(_header) ? new FileItems(content, Count, ItemBytes) : throw DataFile.Changed(Path);
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }
}

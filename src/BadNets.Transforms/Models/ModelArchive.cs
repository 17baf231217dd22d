using System.IO.Compression;
using ICSharpCode.SharpZipLib.Checksum;

namespace BadNets.Transforms;

/// <summary>Decompresses the entries of a model file that contain transformers into memory, within limits.</summary>
static class ModelArchive
{
    /// <summary>The folder of the transformers. The other entries describe the data, and scoring does not need them.</summary>
    public const string Folder = "TransformerChain";

    private const int MostEntries = 4096;
    private const int MostFolders = 16;

    // Real weights and dictionaries hardly compress, but a file of zeros compresses to a thousandth of its size.
    private const long FreeEntryBytes = 1 << 20;
    private const long EntryExpansion = 32;
    private const long FreeBytes = 1 << 26;
    private const long Expansion = 10;

    // If the header of an entry determines its maximum length, the header is within these bytes.
    private const int HeadBytes = 4096;

    /// <summary>Decompresses the entries of <see cref="Folder"/>. The keys are the names with forward slashes.</summary>
    /// <exception cref="InvalidDataException">The file is not a zip file, is damaged, or would decompress to an implausible size.</exception>
    public static Dictionary<string, byte[]> Read(Stream stream)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        if (archive.Entries.Count > MostEntries)
            throw new InvalidDataException($"It has {archive.Entries.Count} entries, but the maximum is {MostEntries}.");
        if (archive.Entries.Sum(entry => entry.CompressedLength) > stream.Length)
            throw new InvalidDataException("It is damaged: its entries are longer than the whole file.");
        long unpacked = archive.Entries.Sum(entry => entry.Length);
        if (unpacked > FreeBytes + Expansion * stream.Length)
            throw TooLong("The file", unpacked);

        var contents = new Dictionary<string, byte[]>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in archive.Entries)
        {
            // On Windows, ML.NET wrote backslashes.
            string name = entry.FullName.Replace('\\', '/');
            if (name.EndsWith('/') && entry.Length == 0)
                continue;
            string[] parts = name.Split('/');
            if (parts.Length > MostFolders || parts.Any(part => part is "" or "." or ".." || part.Contains(':', StringComparison.Ordinal) || part.Any(char.IsControl)))
                throw new InvalidDataException("It is damaged: an entry has an invalid name.");
            if (parts[0] == Folder && !contents.TryAdd(name, Unpack(entry, name)))
                throw new InvalidDataException($"It is damaged: it has the entry '{name}' twice.");
        }

        return contents;
    }

    private static byte[] Unpack(ZipArchiveEntry entry, string name)
    {
        if (entry.Length > Math.Max(FreeEntryBytes, EntryExpansion * entry.CompressedLength))
            throw TooLong($"The entry '{name}'", entry.Length);

        using var stream = entry.Open();
        var head = new byte[Math.Min(HeadBytes, entry.Length)];
        int read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (TorchCnnModelFormat.MostBytes(head) is { } most && entry.Length > most)
            throw TooLong($"The entry '{name}', a network that needs at most {most},", entry.Length);

        var content = new byte[entry.Length];
        head.CopyTo(content, 0);
        if (read == head.Length)
            read += stream.ReadAtLeast(content.AsSpan(read), content.Length - read, throwOnEndOfStream: false);
        if (read < content.Length || stream.ReadByte() >= 0)
            throw new InvalidDataException($"It is damaged: the entry '{name}' does not have the length that the file specifies.");
        var checksum = new Crc32();
        checksum.Update(content);
        return checksum.Value == entry.Crc32
            ? content
            : throw new InvalidDataException($"It is damaged: the checksum of the entry '{name}' is wrong.");
    }

    private static InvalidDataException TooLong(string what, long length) => new(
        $"{what} would decompress to {length} bytes, which is not plausible. If you trust the file, load it with ML.NET's own Load method.");
}

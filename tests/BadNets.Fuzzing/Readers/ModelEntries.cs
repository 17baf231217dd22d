using System.IO.Compression;

namespace BadNets.Fuzzing;

/// <summary>The entries of a saved model.</summary>
sealed class ModelEntries
{
    public const string Folder = "TransformerChain/";

    // A zip file contains times, but the same file must be created each time.
    private static readonly DateTimeOffset Time = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly KeyValuePair<string, byte[]>[] _entries;

    private ModelEntries(IEnumerable<KeyValuePair<string, byte[]>> entries) => _entries = [.. entries];

    public static ModelEntries Of(Stream zip)
    {
        using var archive = new ZipArchive(zip, ZipArchiveMode.Read, leaveOpen: true);
        return new ModelEntries(archive.Entries.OrderBy(entry => entry.FullName, StringComparer.Ordinal).Select(entry =>
        {
            using var stream = entry.Open();
            using var content = new MemoryStream();
            stream.CopyTo(content);
            return KeyValuePair.Create(entry.FullName, content.ToArray());
        }));
    }

    public int Count => _entries.Length;

    public KeyValuePair<string, byte[]> this[int index] => _entries[index];

    public ModelEntries With(int index, string name, byte[] content)
    {
        var changed = new ModelEntries(_entries);
        changed._entries[index] = KeyValuePair.Create(name, content);
        return changed;
    }

    public byte[] ToZip(CompressionLevel level)
    {
        using var memory = new MemoryStream();
        using (var archive = new ZipArchive(memory, ZipArchiveMode.Create))
        {
            foreach (var (name, content) in _entries)
            {
                var entry = archive.CreateEntry(name, level);
                entry.LastWriteTime = Time;
                using var stream = entry.Open();
                stream.Write(content);
            }
        }

        return memory.ToArray();
    }
}

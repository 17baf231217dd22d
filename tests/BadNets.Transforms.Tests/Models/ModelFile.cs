using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace BadNets.Transforms.Tests;

/// <summary>The entries of a saved model, which can be changed and written again.</summary>
sealed class ModelFile
{
    private readonly SortedDictionary<string, byte[]> _entries = new(StringComparer.Ordinal);

    public ModelFile(byte[] zip)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        foreach (var entry in archive.Entries)
        {
            using var stream = entry.Open();
            using var content = new MemoryStream();
            stream.CopyTo(content);
            _entries.Add(entry.FullName, content.ToArray());
        }
    }

    private ModelFile(SortedDictionary<string, byte[]> entries)
    {
        foreach (var (name, content) in entries)
            _entries.Add(name, [.. content]);
    }

    public IReadOnlyDictionary<string, byte[]> Entries => _entries;

    public static byte[] Save(MLContext ml, ITransformer model, DataViewSchema? schema)
    {
        using var stream = new MemoryStream();
        ml.Model.Save(model, schema, stream);
        return stream.ToArray();
    }

    public ModelFile Copy() => new(_entries);

    public byte[] ToZip()
    {
        using var memory = new MemoryStream();
        using (var archive = new ZipArchive(memory, ZipArchiveMode.Create))
        {
            foreach (var (name, content) in _entries)
            {
                using var stream = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
                stream.Write(content);
            }
        }

        return memory.ToArray();
    }

    public void Replace(string name, byte[] content) => _entries[name] = content;

    /// <summary>Finds the entry that contains a text, and the position of the text.</summary>
    public (string Entry, int At) Find(string text)
    {
        foreach (var (name, content) in _entries)
        {
            if (content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) is >= 0 and var at)
                return (name, at);
        }

        throw new AssertFailedException($"No entry has '{text}'.");
    }

    /// <summary>Changes the saved data of a network, and repairs its checksum.</summary>
    /// <param name="network">The name of the network.</param>
    /// <param name="change">Changes the bytes that start with the length of the name.</param>
    public byte[] WithNetwork(string network, Action<byte[]> change)
    {
        var copy = Copy();
        var (entry, at) = copy.Find((char)network.Length + network + (char)5 + "Image");
        byte[] content = copy._entries[entry];
        int length = BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(at - 4));
        byte[] saved = content[at..(at + length)];
        change(saved);
        saved.CopyTo(content, at);
        SHA256.HashData(saved).CopyTo(content, at - 4 - SHA256.HashSizeInBytes);
        return copy.ToZip();
    }
}

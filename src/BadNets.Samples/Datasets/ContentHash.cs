using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace BadNets.Samples.Datasets;

/// <summary>Computes hashes that identify data sets by the content of their files.</summary>
static class ContentHash
{
    /// <summary>Returns the first eight hexadecimal digits of the SHA-256 of the names, lengths, and contents of files.</summary>
    /// <param name="files">The files: the name to hash, and the path.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static string Of(IEnumerable<(string Name, string Path)> files, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        foreach (var (name, path) in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var stream = File.OpenRead(path);
            Begin(hash, name, stream.Length);
            for (int read; (read = stream.Read(buffer)) > 0;)
                hash.AppendData(buffer.AsSpan(0, read));
        }

        return End(hash);
    }

    /// <summary>Returns the same for files in a folder or an archive, which are hashed by their paths there.</summary>
    /// <param name="files">The files.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static string Of(IEnumerable<PackedFile> files, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            byte[] content = file.Read();
            Begin(hash, file.Path, content.Length);
            hash.AppendData(content);
        }

        return End(hash);
    }

    private static void Begin(IncrementalHash hash, string name, long fileLength)
    {
        hash.AppendData(Encoding.UTF8.GetBytes(name + "\0"));
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, fileLength);
        hash.AppendData(length);
    }

    private static string End(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 4));
}

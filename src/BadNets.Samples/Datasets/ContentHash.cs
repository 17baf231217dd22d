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
        Span<byte> length = stackalloc byte[sizeof(long)];
        foreach (var (name, path) in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(Encoding.UTF8.GetBytes(name + "\0"));
            using var stream = File.OpenRead(path);
            BinaryPrimitives.WriteInt64LittleEndian(length, stream.Length);
            hash.AppendData(length);
            for (int read; (read = stream.Read(buffer)) > 0;)
                hash.AppendData(buffer.AsSpan(0, read));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 4));
    }
}

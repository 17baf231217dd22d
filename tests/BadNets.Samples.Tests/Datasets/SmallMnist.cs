using System.IO.Compression;
using System.Security.Cryptography;
using BadNets.Samples.Datasets;

namespace BadNets.Samples.Tests.Datasets;

/// <summary>Four small files that replace those of MNIST.</summary>
static class SmallMnist
{
    private static readonly Dictionary<string, byte[]> Contents = MnistFile.All.ToDictionary(file => file.Name, file => Content(file.Name));

    public static IReadOnlyList<MnistFile> Files { get; } =
        [.. Contents.Select(pair => new MnistFile(pair.Key, pair.Value.Length, Convert.ToHexStringLower(SHA256.HashData(pair.Value))))];

    public static byte[] Plain(MnistFile file) => Contents[file.Name];

    public static byte[] Compressed(MnistFile file) => Compress(Plain(file));

    public static byte[] Compress(byte[] content)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
            gzip.Write(content);
        return compressed.ToArray();
    }

    /// <summary>The response of a working mirror.</summary>
    public static HttpResponseMessage Serve(Uri address) =>
        FakeNetwork.Body(Compressed(Files.Single(file => file.CompressedName == Path.GetFileName(address.LocalPath))));

    public static void WriteTo(string folder, IEnumerable<MnistFile> files, bool compressed = false)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in files)
            File.WriteAllBytes(Path.Combine(folder, compressed ? file.CompressedName : file.Name), compressed ? Compressed(file) : Plain(file));
    }

    private static byte[] Content(string name)
    {
        var bytes = new byte[5000];
        new Random(name.Length).NextBytes(bytes);
        return bytes;
    }
}

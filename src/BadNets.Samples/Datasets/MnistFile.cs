using System.IO.Compression;
using System.Security.Cryptography;

namespace BadNets.Samples.Datasets;

/// <summary>One of the four files of MNIST. It is identified by its decompressed content, because the .gz files of the mirrors differ.</summary>
/// <param name="Name">The name, without ".gz".</param>
/// <param name="Length">The length of the decompressed content in bytes.</param>
/// <param name="Sha256">The SHA-256 of the decompressed content, in lowercase hexadecimal digits.</param>
sealed record MnistFile(string Name, long Length, string Sha256) : IDownloadable
{
    /// <summary>The folders on the network that contain the .gz files.</summary>
    public static IReadOnlyList<Uri> Mirrors { get; } =
    [
        new("https://ossci-datasets.s3.amazonaws.com/mnist/"),
        new("https://storage.googleapis.com/cvdf-datasets/mnist/"),
    ];

    public static MnistFile TrainImages { get; } =
        new("train-images-idx3-ubyte", 47_040_016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db");

    public static MnistFile TrainLabels { get; } =
        new("train-labels-idx1-ubyte", 60_008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5");

    public static MnistFile TestImages { get; } =
        new("t10k-images-idx3-ubyte", 7_840_016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7");

    public static MnistFile TestLabels { get; } =
        new("t10k-labels-idx1-ubyte", 10_008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2");

    /// <summary>The training images and labels, then the test images and labels.</summary>
    public static IReadOnlyList<MnistFile> All { get; } = [TrainImages, TrainLabels, TestImages, TestLabels];

    public string CompressedName => Name + ".gz";

    string IDownloadable.FileName => CompressedName;

    // The compressed file is much smaller.
    long IDownloadable.MostBytes => Length + 4096;

    /// <summary>Returns the path of the file in a folder, uncompressed or compressed, or null if it does not exist.</summary>
    public string? FindIn(string folder) => PlacesIn(folder).FirstOrDefault(File.Exists);

    /// <summary>Returns the possible paths of the file in a folder, uncompressed and compressed.</summary>
    public IEnumerable<string> PlacesIn(string folder) => [Path.Combine(folder, Name), Path.Combine(folder, CompressedName)];

    /// <summary>
    /// Returns the SHA-256 of the content of a file, in lowercase hexadecimal digits. A file named .gz is decompressed. If that fails, the result is
    /// empty.
    /// </summary>
    public static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        using Stream content = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        try
        {
            return Convert.ToHexStringLower(SHA256.HashData(content));
        }
        catch (InvalidDataException)
        {
            // The loader reports what is wrong with the file.
            return "";
        }
    }

    /// <inheritdoc/>
    public async Task<bool> IsContentOfAsync(Stream compressed, CancellationToken cancellationToken)
    {
        using var content = new GZipStream(compressed, CompressionMode.Decompress, leaveOpen: true);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        long length = 0;
        try
        {
            while (await content.ReadAsync(buffer, cancellationToken) is var count and > 0)
            {
                // An untrusted file can decompress to any length.
                length += count;
                if (length > Length)
                    return false;
                hash.AppendData(buffer, 0, count);
            }
        }
        catch (InvalidDataException)
        {
            return false;
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset()) == Sha256;
    }
}

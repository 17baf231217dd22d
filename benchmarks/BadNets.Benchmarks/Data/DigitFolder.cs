using System.Buffers.Binary;

namespace BadNets.Benchmarks;

/// <summary>The folder with the data set: MNIST if it is available, or random images of the same shape, which take the same time to train on.</summary>
sealed class DigitFolder : IDisposable
{
    public const int TrainRows = 60_000;
    public const int TestRows = 10_000;

    private readonly bool _isTemporary;

    private DigitFolder(string path, bool isTemporary)
    {
        Path = path;
        _isTemporary = isTemporary;
    }

    public string Path { get; }

    public string Content => _isTemporary ? "random images of MNIST's shape" : "MNIST";

    /// <summary>Finds MNIST, or creates random images.</summary>
    /// <param name="folder">The folder of MNIST, or null to use the one that BADNETS_DATA specifies.</param>
    /// <exception cref="FileNotFoundException">The folder does not contain MNIST.</exception>
    public static DigitFolder Find(string? folder)
    {
        folder ??= Environment.GetEnvironmentVariable("BADNETS_DATA") is { Length: > 0 } named ? named : null;
        if (folder is not null)
        {
            new DigitFiles(folder).Check();
            return new DigitFolder(folder, false);
        }

        string made = Directory.CreateTempSubdirectory("badnets-benchmarks-").FullName;
        var random = new Random(0);
        Write(System.IO.Path.Combine(made, "train"), TrainRows, random);
        Write(System.IO.Path.Combine(made, "t10k"), TestRows, random);
        return new DigitFolder(made, true);
    }

    public void Dispose()
    {
        if (_isTemporary)
            Directory.Delete(Path, recursive: true);
    }

    private static void Write(string prefix, int rows, Random random)
    {
        var images = new byte[rows * 28 * 28];
        random.NextBytes(images);
        WriteIdx(prefix + "-images-idx3-ubyte", images, rows, 28, 28);
        var labels = new byte[rows];
        for (int i = 0; i < rows; i++)
            labels[i] = (byte)(i % 10);
        WriteIdx(prefix + "-labels-idx1-ubyte", labels, rows);
    }

    private static void WriteIdx(string path, byte[] content, params ReadOnlySpan<int> dimensions)
    {
        using var file = File.Create(path);
        file.Write([0, 0, 8, (byte)dimensions.Length]);
        Span<byte> size = stackalloc byte[4];
        foreach (int dimension in dimensions)
        {
            BinaryPrimitives.WriteInt32BigEndian(size, dimension);
            file.Write(size);
        }

        file.Write(content);
    }
}

using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using BadNets.Samples.Datasets;
using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;

namespace BadNets.Samples.Tests.Datasets;

/// <summary>Searches for data sets, with a cache, an environment, and a network of their own, and the files that they find.</summary>
sealed class DataSearches(string kind) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public List<string> Said { get; } = [];

    public Dictionary<string, string> Environment { get; } = [];

    public FakeNetwork Network { get; init; } = FakeNetwork.Closed();

    public string Cache => In("cache");

    public string In(params string[] names) => _folder.In(names);

    public async Task<Dataset> FindAsync(string? data = null, int? size = null)
    {
        using var mnist = MnistLocator.ForThisUser();
        var search = new DatasetSearch("", data, mnist, Cache, Said.Add, size)
        {
            Variable = Environment.GetValueOrDefault,
            Downloader = mirrors => new FileDownloader(Network, mirrors, TimeProvider.System, Timeout.InfiniteTimeSpan),
        };
        return await DatasetCatalog.Parse(kind).Kind.FindAsync(search, CancellationToken.None);
    }

    /// <summary>Returns the rows of a data set as text, the label before the pixels, in an order that does not depend on theirs.</summary>
    public static string[] RowsOf(IDataView view) =>
    [
        .. view.GetColumn<uint>("Label").Zip(view.GetColumn<byte[]>("Image"), (label, image) => FormattableString.Invariant($"{label - 1} {Convert.ToHexString(SHA256.HashData(image))}")).Order(StringComparer.Ordinal),
    ];

    /// <summary>A picture in one color with a few brighter pixels.</summary>
    public static byte[] Picture(int seed, SKEncodedImageFormat format = SKEncodedImageFormat.Png, int side = 32)
    {
        using var image = new SKBitmap(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque);
        image.Erase(new SKColor((byte)(seed * 37), (byte)(seed * 11), (byte)(seed * 5)));
        image.SetPixel(seed % side, 3, SKColors.White);
        using var data = image.Encode(format, 75);
        return data.ToArray();
    }

    /// <summary>A binary PPM file.</summary>
    public static byte[] Pixmap(int seed, int width, int height) =>
        [.. System.Text.Encoding.ASCII.GetBytes(FormattableString.Invariant($"P6\n{width} {height}\n255\n")), .. Enumerable.Range(0, 3 * width * height).Select(i => (byte)(seed * 40 + i % 3))];

    public string Write(string folder, IEnumerable<(string Path, byte[] Content)> files)
    {
        foreach (var (path, content) in files)
        {
            string whole = In(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(whole)!);
            File.WriteAllBytes(whole, content);
        }

        return In(folder);
    }

    public string WriteZip(string name, IEnumerable<(string Path, byte[] Content)> files)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(name))!);
        using var archive = ZipFile.Open(In(name), ZipArchiveMode.Create);
        foreach (var (path, content) in files)
        {
            using var entry = archive.CreateEntry(path).Open();
            entry.Write(content);
        }

        return In(name);
    }

    public string WriteTar(string name, IEnumerable<(string Path, byte[] Content)> files)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(name))!);
        using var file = new GZipStream(File.Create(In(name)), CompressionLevel.Fastest);
        using var tar = new TarWriter(file);
        foreach (var (path, content) in files)
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(content) });
        return In(name);
    }

    public void Dispose()
    {
        Network.Dispose();
        _folder.Dispose();
    }
}

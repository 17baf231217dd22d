using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using BadNets.Samples.Errors;
using BadNets.Samples.Files;
using Microsoft.ML;

namespace BadNets.Samples.Datasets;

/// <summary>CIFAR-10 in its official binary files (Krizhevsky 2009).</summary>
/// <param name="Name">"CIFAR10-" followed by part of the SHA-256 of the content.</param>
/// <param name="TrainFiles">The five training files.</param>
/// <param name="TestFile">The test file.</param>
sealed record CifarDataset(string Name, IReadOnlyList<string> TrainFiles, string TestFile) : Dataset(Name)
{
    private const string UsualFolder = "cifar-10-batches-bin";
    private const long MostFileBytes = 10_000 * (1 + 3 * 32 * 32);

    public static readonly DatasetKind Kind = new("cifar10", null, "CIFAR-10 in its official files, or copies of it as image files", FindAsync);

    private static readonly string[] Names = [.. Enumerable.Range(1, 5).Select(number => FormattableString.Invariant($"data_batch_{number}.bin")), "test_batch.bin"];

    private static readonly KnownArchive Archive =
        new("cifar-10-binary.tar.gz", 170_052_171, "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd");

    private static readonly DataPlace Place = new(
        "cifar10", "CIFAR-10", "BADNETS_CIFAR10",
        $"Expected the files {Names[0]} to {Names[^2]} and {Names[^1]}, the archive {Archive.FileName}, or a folder or zip file with train/CLASS/IMAGE and test/CLASS/IMAGE.",
        [Archive], [new("https://www.cs.toronto.edu/~kriz/")]);

    public override IDataView Train(MLContext ml) => ml.Data.LoadFromCifar(TrainFiles);

    public override IDataView Test(MLContext ml) => ml.Data.LoadFromCifar([TestFile]);

    private static Task<Dataset> FindAsync(DatasetSearch search, CancellationToken cancellationToken) => search.ImageSize is null
        ? Place.FindAsync(search, path => Open(path, search, cancellationToken), cancellationToken)
        : throw new UsageException("--image-size works only with gtsrb and folder:PATH. The images of CIFAR-10 have a fixed size.");

    private static Dataset? Open(string path, DatasetSearch search, CancellationToken cancellationToken)
    {
        if (File.Exists(path))
        {
            if (path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
                return OpenCopies(FileTree.OfZips(path), search, cancellationToken);
            return path.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase) ? OpenOfficial(Extract(path, search, cancellationToken), cancellationToken) : null;
        }

        if (Names.Any(name => File.Exists(Path.Combine(path, name))))
            return OpenOfficial(path, cancellationToken);
        if (Directory.Exists(Path.Combine(path, UsualFolder)))
            return OpenOfficial(Path.Combine(path, UsualFolder), cancellationToken);
        if (Directory.Exists(Path.Combine(path, "train")))
            return OpenCopies(FileTree.OfFolder(path, "train", "test"), search, cancellationToken);
        if (File.Exists(Path.Combine(path, Archive.FileName)))
            return Open(Path.Combine(path, Archive.FileName), search, cancellationToken);
        return Directory.GetFiles(path, "*.zip") is [var only] ? Open(only, search, cancellationToken) : null;
    }

    private static CifarDataset OpenOfficial(string folder, CancellationToken cancellationToken)
    {
        if (Names.FirstOrDefault(name => !File.Exists(Path.Combine(folder, name))) is { } missing)
            throw new DatasetNotFoundException($"CIFAR-10 in '{folder}' is not complete: the file {missing} is missing. Extract {Archive.FileName} again.", isUsersMistake: true);
        string[] paths = [.. Names.Select(name => Path.Combine(folder, name))];
        return new CifarDataset($"CIFAR10-{ContentHash.Of(Names.Zip(paths), cancellationToken)}", paths[..^1], paths[^1]);
    }

    // Copies in a lossy format are another data set: a network trained on the originals has a lower accuracy on them.
    private static IdxDataset? OpenCopies(FileTree files, DatasetSearch search, CancellationToken cancellationToken)
    {
        using (files)
        {
            var images = ClassFolders.Find(files.Files);
            if (images.Count == 0)
                return null;
            string format = Path.GetExtension(images[0].Path).ToUpperInvariant() is var extension && extension == ".JPG" ? "JPEG" : extension[1..];
            return DecodedImages.Of($"CIFAR10-{format}", images, classNames: null, size: null, search, cancellationToken);
        }
    }

    /// <summary>Extracts the six files from an archive into the cache, unless it has been done before.</summary>
    /// <returns>The folder of the files.</returns>
    private static string Extract(string archive, DatasetSearch search, CancellationToken cancellationToken)
    {
        using var file = File.OpenRead(archive);
        string name = $"cifar10-{Convert.ToHexStringLower(SHA256.HashData(file).AsSpan(0, 4))}", folder = Path.Combine(search.CacheFolder, name);
        if (Names.All(each => File.Exists(Path.Combine(folder, each))))
            return folder;

        folder = search.WritableFolder(name);
        file.Position = 0;
        try
        {
            using var content = new GZipStream(file, CompressionMode.Decompress);
            using var tar = new TarReader(content);
            while (tar.GetNextEntry() is { } entry)
            {
                cancellationToken.ThrowIfCancellationRequested();
                // Only these names, without a folder, so that no path can lead elsewhere.
                if (Names.FirstOrDefault(each => each == Path.GetFileName(entry.Name)) is not { } wanted || entry.DataStream is not { } data)
                    continue;
                if (entry.Length > MostFileBytes)
                    throw new InvalidDataException($"{wanted} is too long");
                AtomicFile.Write(Path.Combine(folder, wanted), stream =>
                {
                    data.CopyTo(stream);
                    // The end of a truncated gzip file looks like the end of its content.
                    if (stream.Length != entry.Length)
                        throw new InvalidDataException($"{wanted} is not complete");
                });
            }

            if (Names.FirstOrDefault(each => !File.Exists(Path.Combine(folder, each))) is { } missing)
                throw new InvalidDataException($"it has no file {missing}");
        }
        catch (Exception damage) when (damage is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException($"The archive '{archive}' is damaged ({damage.Message.TrimEnd('.')}). Download it again.", damage);
        }

        return folder;
    }
}

using BadNets.Samples.Errors;
using Microsoft.ML;

namespace BadNets.Samples.Datasets;

/// <summary>CIFAR-10 in its official binary files (Krizhevsky 2009).</summary>
/// <param name="Name">"CIFAR10-" followed by part of the SHA-256 of the content.</param>
/// <param name="TrainFiles">The five training files.</param>
/// <param name="TestFile">The test file.</param>
sealed record CifarDataset(string Name, IReadOnlyList<string> TrainFiles, string TestFile) : Dataset(Name)
{
    private const string UsualFolder = "cifar-10-batches-bin";

    public static readonly DatasetKind Kind = new("cifar10", null, "CIFAR-10 in its binary files", (search, cancellationToken) =>
        Task.Run<Dataset>(() => Find(search, cancellationToken), cancellationToken));

    private static readonly string[] TrainNames = [.. Enumerable.Range(1, 5).Select(number => FormattableString.Invariant($"data_batch_{number}.bin"))];

    public override IDataView Train(MLContext ml) => ml.Data.LoadFromCifar(TrainFiles);

    public override IDataView Test(MLContext ml) => ml.Data.LoadFromCifar([TestFile]);

    private static CifarDataset Find(DatasetSearch search, CancellationToken cancellationToken)
    {
        if (search.ImageSize is not null)
            throw new UsageException("--image-size works only with gtsrb and folder:PATH. The images of CIFAR-10 have a fixed size.");
        string folder = search.FolderFor("cifar10");
        if (Directory.Exists(Path.Combine(folder, UsualFolder)))
            folder = Path.Combine(folder, UsualFolder);
        string[] names = [.. TrainNames, "test_batch.bin"];
        if (names.FirstOrDefault(name => !File.Exists(Path.Combine(folder, name))) is { } missing)
        {
            throw new DatasetNotFoundException(
                $"CIFAR-10 is not in '{folder}': the file {missing} is missing. Extract cifar-10-binary.tar.gz, and specify its folder with --data.", isUsersMistake: true);
        }

        string[] paths = [.. names.Select(name => Path.Combine(folder, name))];
        return new CifarDataset($"CIFAR10-{ContentHash.Of(names.Zip(paths), cancellationToken)}", paths[..^1], paths[^1]);
    }
}

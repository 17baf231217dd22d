using BadNets.Samples.Errors;
using Microsoft.ML;

namespace BadNets.Samples.Datasets;

/// <summary>Images in one folder per class, either in train/ and test/, or all in one folder, part of which is held out for testing.</summary>
/// <param name="Name">The name of the folder, followed by part of the SHA-256 of the content.</param>
/// <param name="TrainFolder">The folder of the training images, or of all images.</param>
/// <param name="TestFolder">The folder of the test images, or null to use a seventh of all images for testing.</param>
/// <param name="Size">The width and height to which images are resized, or null if they all have the same size.</param>
sealed record FolderDataset(string Name, string TrainFolder, string? TestFolder, int? Size) : Dataset(Name)
{
    // As in MNIST, there is one test row for six training rows.
    private const int RowsPerTestRow = 7;
    private const int SplitSeed = 0;

    public static readonly DatasetKind Kind = new("folder", "PATH", "images in a folder for each class, in PATH/train and PATH/test or in PATH", (search, cancellationToken) =>
        Task.Run<Dataset>(() => Find(search, cancellationToken), cancellationToken));

    // Rows from folders are ordered by class.
    public override bool IsOrderedByClass => TestFolder is not null;

    public override IDataView Train(MLContext ml) => TestFolder is null ? ml.Data.SkipRows(Shuffled(ml, out long testRows), testRows) : LoadTrain(ml);

    public override IDataView Test(MLContext ml) =>
        TestFolder is null ? ml.Data.TakeRows(Shuffled(ml, out long testRows), testRows) : ml.Data.LoadFromImageFolder(TestFolder, like: LoadTrain(ml));

    private IDataView LoadTrain(MLContext ml) => ml.Data.LoadFromImageFolder(TrainFolder, Size, Size);

    private IDataView Shuffled(MLContext ml, out long testRows)
    {
        var all = LoadTrain(ml);
        testRows = Math.Max(1, all.GetRowCount()!.Value / RowsPerTestRow);
        return ml.Data.ShuffleRows(all, seed: SplitSeed);
    }

    private static FolderDataset Find(DatasetSearch search, CancellationToken cancellationToken)
    {
        string path = search.Argument;
        if (search.DataDirectory is not null)
            throw new UsageException("--data cannot be combined with --dataset folder:PATH, which already specifies the folder.");
        if (!Directory.Exists(path))
            throw new DatasetNotFoundException($"The folder '{path}' of --dataset does not exist.", isUsersMistake: true);
        string name = string.Concat(new DirectoryInfo(path).Name.Select(character => char.IsAsciiLetterOrDigit(character) ? character : '-'));
        return Open(path, name.Length == 0 ? "folder" : name, search.ImageSize, cancellationToken);
    }

    private static FolderDataset Open(string path, string name, int? size, CancellationToken cancellationToken)
    {
        string train = Path.Combine(path, "train"), test = Path.Combine(path, "test");
        bool isSplit = Directory.Exists(train) && Directory.Exists(test);
        // Only files that the loader reads. A file that an operating system adds to folders must not change the name.
        var files = Directory.EnumerateFiles(path, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.Hidden | FileAttributes.ReparsePoint })
            .Select(file => (Name: Path.GetRelativePath(path, file).Replace('\\', '/'), Path: file))
            .Where(file => ClassFolders.IsImage(file.Name))
            .OrderBy(file => file.Name, StringComparer.Ordinal);
        string pixels = size is { } side ? FormattableString.Invariant($"-{side}px") : "";
        return new FolderDataset($"{name}{pixels}-{ContentHash.Of(files, cancellationToken)}", isSplit ? train : path, isSplit ? test : null, size);
    }
}

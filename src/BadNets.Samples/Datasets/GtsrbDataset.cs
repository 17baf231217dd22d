using System.Globalization;
using System.Text;

namespace BadNets.Samples.Datasets;

/// <summary>The German traffic signs of GTSRB (Stallkamp et al. 2012), resized to squares. The labels are the numbers of the 43 classes.</summary>
static class GtsrbDataset
{
    private const int UsualSize = 32;
    private const int ClassCount = 43;
    private static readonly string[] ClassNames = [.. Enumerable.Range(0, ClassCount).Select(FolderOf)];
    private const string LabelsName = "GT-final_test.csv";

    public static readonly DatasetKind Kind = new("gtsrb", null, "German traffic signs, resized to 32×32", FindAsync);

    private static readonly KnownArchive[] Archives =
    [
        new("GTSRB_Final_Training_Images.zip", 276_294_756, "d32ac4b5fa9a1cbd1994768413902e8193599d9434cf0a8eb9cfd00a6d3a290c"),
        new("GTSRB_Final_Test_Images.zip", 88_978_620, "48ba6fab7e877eb64eaf8de99035b0aaecfbc279bee23e35deca4ac1d0a837fa"),
        new("GTSRB_Final_Test_GT.zip", 99_620, "f94e5a7614d75845c74c04ddb26b8796b9e483f43541dd95dd5b726504e16d6d"),
    ];

    private static readonly DataPlace Place = new(
        "gtsrb", "GTSRB", "BADNETS_GTSRB",
        $"Expected a folder with {Archives[0].FileName}, {Archives[1].FileName}, and {Archives[2].FileName}, their extracted files, or a folder or zip file with train/CLASS/IMAGE and test/CLASS/IMAGE.",
        Archives, [new("https://sid.erda.dk/public/archives/daaeac0d7ce1152aea9b61d9f1e19370/")]);

    private static Task<Dataset> FindAsync(DatasetSearch search, CancellationToken cancellationToken) =>
        Place.FindAsync(search, path => Open(path, search, cancellationToken), cancellationToken);

    private static IdxDataset? Open(string path, DatasetSearch search, CancellationToken cancellationToken)
    {
        using var files = ListFiles(path);
        if (files is null)
            return null;
        var images = ClassFolders.Check(ClassFolders.Find(files.Files).Concat(FindOfficial(files.Files)).Select(WithNumber));
        if (images.Count == 0)
            return null;
        int size = search.ImageSize ?? UsualSize;
        // The official images are PPM files of different sizes. Others were resized or converted by somebody else.
        bool isOfficial = images.All(image => image.Path.EndsWith(".ppm", StringComparison.OrdinalIgnoreCase));
        string name = isOfficial ? FormattableString.Invariant($"GTSRB-{size}px") : FormattableString.Invariant($"GTSRB{size}");
        return DecodedImages.Of(name, images, ClassNames, size, search, cancellationToken);
    }

    private static FileTree? ListFiles(string path)
    {
        if (File.Exists(path))
            return path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) ? FileTree.OfZips(path) : null;
        if (new[] { "train", "GTSRB", "Final_Training" }.Any(name => Directory.Exists(Path.Combine(path, name))))
            return FileTree.OfFolder(path, "train", "test", "GTSRB", "Final_Training", "Final_Test", LabelsName);
        string[] official = [.. Archives.Select(archive => Path.Combine(path, archive.FileName))];
        if (official.All(File.Exists))
            return FileTree.OfZips(official);
        return Directory.GetFiles(path, "*.zip") is [var only] ? FileTree.OfZips(only) : null;
    }

    /// <summary>Finds the images of the official archives: training images in class folders, and test images whose labels are in a table.</summary>
    private static IEnumerable<PackedFile> FindOfficial(IReadOnlyList<PackedFile> files)
    {
        var table = files.FirstOrDefault(file => file.Path == LabelsName || file.Path.EndsWith("/" + LabelsName, StringComparison.Ordinal));
        var labels = table is null ? null : ReadLabels(table);
        foreach (var file in files.Where(file => ClassFolders.IsImage(file.Path)))
        {
            if (file.Path.Split('/') is [.., "Final_Training", "Images", var className, _])
                yield return ClassFolders.Place(file, isTrain: true, className);
            else if (labels is not null && file.Path.Split('/') is [.., "Final_Test", "Images", var name])
                yield return ClassFolders.Place(file, isTrain: false, labels.GetValueOrDefault(name) ?? throw new InvalidDataException($"{table!.Source} has no label for '{name}'."));
        }
    }

    // The first line has the names of the columns.
    private static Dictionary<string, string> ReadLabels(PackedFile table)
    {
        string[][] rows = [.. Encoding.UTF8.GetString(table.Read()).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(';'))];
        int name = rows.Length == 0 ? -1 : Array.IndexOf(rows[0], "Filename"), label = rows.Length == 0 ? -1 : Array.IndexOf(rows[0], "ClassId");
        if (name < 0 || label < 0 || Array.Find(rows, row => row.Length != rows[0].Length) is not null)
            throw new InvalidDataException($"{table.Source} is not the table of the test labels. Expected lines with the columns Filename and ClassId, separated by semicolons.");
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string[] row in rows.Skip(1))
        {
            if (!labels.TryAdd(row[name], row[label]))
                throw new InvalidDataException($"{table.Source} has two labels for '{row[name]}'.");
        }

        return labels;
    }

    // 1, 01, and 00001 are the same class.
    private static PackedFile WithNumber(PackedFile image)
    {
        string className = ClassFolders.ClassOf(image);
        return int.TryParse(className, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < ClassCount
            ? ClassFolders.Place(image, ClassFolders.IsForTraining(image), FolderOf(number))
            : throw new InvalidDataException($"{image.Source} is in the class '{className}', but the classes of GTSRB are the numbers from 0 to {ClassCount - 1}. For other images, use --dataset folder:PATH.");
    }

    private static string FolderOf(int number) => number.ToString("D2", CultureInfo.InvariantCulture);
}

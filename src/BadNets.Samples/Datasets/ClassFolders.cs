namespace BadNets.Samples.Datasets;

/// <summary>Image files whose paths are <c>train/CLASS/NAME</c> or <c>test/CLASS/NAME</c>.</summary>
static class ClassFolders
{
    private const string Train = "train";
    private const string Test = "test";

    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".ppm"];

    /// <summary>Finds the images in the layout of these folders, at any depth. Other files are left out.</summary>
    /// <param name="files">The files of a folder or archive.</param>
    /// <returns>The images, in ordinal order of their paths; none if one of the two folders has none.</returns>
    /// <exception cref="InvalidDataException">A name cannot be that of a file, or occurs twice.</exception>
    public static IReadOnlyList<PackedFile> Find(IEnumerable<PackedFile> files) => Check(
        files.Where(file => IsImage(file.Path)).Select(file => file.Path.Split('/') is [.., Train or Test, _, _] parts ? Place(file, parts[^3] == Train, parts[^2]) : null).OfType<PackedFile>());

    /// <summary>Determines whether a path has the extension of an image file and is not hidden.</summary>
    public static bool IsImage(string path) =>
        path[(path.LastIndexOf('/') + 1)..] is var name && !name.StartsWith('.') && Extensions.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);

    /// <summary>Returns the image with its path in these folders.</summary>
    /// <exception cref="InvalidDataException">A name cannot be that of a file.</exception>
    public static PackedFile Place(PackedFile image, bool isTrain, string className)
    {
        string name = image.Path[(image.Path.LastIndexOf('/') + 1)..];
        // The names become paths.
        return IsSafe(className) && IsSafe(name)
            ? image with { Path = $"{(isTrain ? Train : Test)}/{className}/{name}" }
            : throw new InvalidDataException($"{image.Source} has a path that a data set cannot have. Expected train/CLASS/NAME or test/CLASS/NAME.");
    }

    /// <summary>Orders images that have been placed, and checks that there is only one of each name.</summary>
    /// <returns>The images; none if there are none for training, or none for testing.</returns>
    /// <exception cref="InvalidDataException">A name occurs twice.</exception>
    public static IReadOnlyList<PackedFile> Check(IEnumerable<PackedFile> placed)
    {
        PackedFile[] images = [.. placed.OrderBy(image => image.Path, StringComparer.Ordinal)];
        for (int i = 1; i < images.Length; i++)
        {
            if (images[i].Path == images[i - 1].Path)
                throw new InvalidDataException($"{images[i].Source} and {images[i - 1].Source} are the same image, '{images[i].Path}'. Remove one of them.");
        }

        return images.Any(IsForTraining) && !images.All(IsForTraining) ? images : [];
    }

    public static bool IsForTraining(PackedFile placed) => placed.Path.StartsWith(Train + "/", StringComparison.Ordinal);

    public static string ClassOf(PackedFile placed) => placed.Path.Split('/')[1];

    private static bool IsSafe(string name) =>
        name.Length > 0 && !name.StartsWith('.') && !name.Contains('\\', StringComparison.Ordinal) && name.AsSpan().IndexOfAny(Path.GetInvalidFileNameChars()) < 0 && !name.Any(char.IsControl);
}

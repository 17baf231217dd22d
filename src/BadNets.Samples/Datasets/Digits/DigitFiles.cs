using BadNets.Samples.Files;

namespace BadNets.Samples.Datasets;

/// <summary>The synthetic digits as four IDX files, which are created once and then reused.</summary>
sealed class DigitFiles(int seed = 0, int trainCount = 60_000, int testCount = 10_000)
{
    private const int ImagesHeaderLength = 16, LabelsHeaderLength = 8;

    /// <summary>Returns the paths of the files in a folder. The files might not exist.</summary>
    public IdxDataset PathsIn(string folder)
    {
        // The name contains everything that determines the content, so other seeds and versions have other files.
        var prefix = Path.Combine(folder, $"digits-v{SyntheticDigits.Version}-seed{seed}-");
        return new(
            "Digits",
            prefix + "train-images-idx3-ubyte",
            prefix + "train-labels-idx1-ubyte",
            prefix + "test-images-idx3-ubyte",
            prefix + "test-labels-idx1-ubyte");
    }

    /// <summary>Determines whether all four files exist and have the correct lengths.</summary>
    public bool AreIn(string folder)
    {
        var paths = PathsIn(folder);
        return HasLength(paths.TrainImages, ImagesHeaderLength + (long)trainCount * DigitPainter.PixelCount)
            && HasLength(paths.TrainLabels, LabelsHeaderLength + trainCount)
            && HasLength(paths.TestImages, ImagesHeaderLength + (long)testCount * DigitPainter.PixelCount)
            && HasLength(paths.TestLabels, LabelsHeaderLength + testCount);
    }

    /// <summary>Draws the digits and writes the files. Each file gets its name only when it is complete.</summary>
    public async Task<IdxDataset> WriteToAsync(string folder, CancellationToken cancellationToken = default)
    {
        Directory.CreateDirectory(folder);
        var paths = PathsIn(folder);
        await WriteAsync(set: 0, trainCount, paths.TrainImages, paths.TrainLabels, cancellationToken);
        await WriteAsync(set: 1, testCount, paths.TestImages, paths.TestLabels, cancellationToken);
        return paths;
    }

    private async Task WriteAsync(int set, int count, string imagesPath, string labelsPath, CancellationToken cancellationToken)
    {
        var digits = await Task.Run(() => SyntheticDigits.Draw(seed, set, count, cancellationToken: cancellationToken), cancellationToken);
        await WriteIdxAsync(imagesPath, [count, DigitPainter.Side, DigitPainter.Side], digits.Images, cancellationToken);
        await WriteIdxAsync(labelsPath, [count], digits.Labels, cancellationToken);
    }

    private static async Task WriteIdxAsync(string path, int[] dimensions, byte[] values, CancellationToken cancellationToken)
    {
        using var pending = new PendingFile(path);
        await pending.Stream.WriteAsync(IdxHeader.Of(dimensions), cancellationToken);
        await pending.Stream.WriteAsync(values, cancellationToken);
        pending.Complete();
    }

    private static bool HasLength(string path, long length) => new FileInfo(path) is { Exists: true } file && file.Length == length;
}

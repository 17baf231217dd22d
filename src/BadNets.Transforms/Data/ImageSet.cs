namespace BadNets.Transforms;

/// <summary>
/// A data set of labeled images in files, which are checked when the set is opened. Each file format is a class that derives from this class;
/// <see cref="ImageSetDataView"/> makes it a data view.
/// </summary>
abstract class ImageSet
{
    // Each image is in memory as a whole, and a small file can claim an image that fills the memory. 32 MiB is a gray image of 5792×5792 pixels.
    public const int MostImageBytes = 1 << 25;

    /// <summary>The shape that all images have.</summary>
    public required ImageShape Shape { get; init; }

    /// <summary>The number of images.</summary>
    public required int Count { get; init; }

    /// <summary>The number of classes.</summary>
    public required int ClassCount { get; init; }

    /// <summary>The names of the classes in the order of their labels; null: they are named by their numbers, from 0.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>Whether rows can be read in any order. If not, each one is read after the one before it.</summary>
    public virtual bool CanShuffle => false;

    /// <summary>Opens the files for one pass over the rows.</summary>
    /// <param name="withImages">Whether images will be read.</param>
    /// <param name="withLabels">Whether labels will be read.</param>
    public abstract ImageSetRows OpenRows(bool withImages, bool withLabels);
}

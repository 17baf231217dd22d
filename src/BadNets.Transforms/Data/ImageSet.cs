namespace BadNets.Transforms;

/// <summary>
/// A data set of labeled images in files, which are checked when the set is opened. There is a derived class for each file format.
/// <see cref="ImageSetDataView"/> presents the set as a data view.
/// </summary>
abstract class ImageSet
{
    // Each image is in memory as a whole, and a small file can claim an image that exhausts the memory. 32 MiB is a gray image of 5792×5792 pixels.
    public const int MostImageBytes = 1 << 25;

    /// <summary>The shape of all images.</summary>
    public required ImageShape Shape { get; init; }

    /// <summary>The number of images.</summary>
    public required int Count { get; init; }

    /// <summary>The number of classes.</summary>
    public required int ClassCount { get; init; }

    /// <summary>The names of the classes in the order of their labels, or null if they are named by their numbers, from 0.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>Whether rows can be read in any order. If false, they must be read in sequence.</summary>
    public virtual bool CanShuffle => false;

    /// <summary>Opens the files for one pass over the rows.</summary>
    /// <param name="withImages">Whether images will be read.</param>
    /// <param name="withLabels">Whether labels will be read.</param>
    public abstract ImageSetRows OpenRows(bool withImages, bool withLabels);
}

using BadNets.Transforms;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Loading image data sets, on <see cref="MLContext.Data"/>.</summary>
public static class BadNetsDataCatalog
{
    /// <summary>
    /// Loads images and labels from IDX files, plain or gzip: the format of MNIST, EMNIST, and Fashion-MNIST. Each pass over the view streams
    /// both files.
    /// </summary>
    /// <param name="catalog">The data catalog.</param>
    /// <param name="imagesPath">An IDX file of unsigned bytes: images × height × width, or images × channels × height × width.</param>
    /// <param name="labelsPath">An IDX file of unsigned bytes: a label for each image.</param>
    /// <param name="classCount">The number of classes, from 1 to 256. Null: one more than the largest label.</param>
    /// <param name="maxBytes">
    /// The maximum total size of the two files in bytes, after unpacking. (A small gzip file can unpack to a thousand times its length.)
    /// Null: ten times the files' length, but at least 1 GiB.
    /// </param>
    /// <returns>
    /// A view with the columns <c>Image</c>, a vector of Byte with dimensions channels × height × width and pixels from 0 to 255, and
    /// <c>Label</c>, a key of <paramref name="classCount"/> whose key values are the numbers from 0.
    /// </returns>
    /// <exception cref="InvalidDataException">
    /// A file is not an IDX file of the expected kind, is truncated, too long, or damaged; the two files contain more than
    /// <paramref name="maxBytes"/> bytes; the counts differ; or a label is not below the class count. Damage inside a compressed image file,
    /// including its checksum, is detected at the latest when the last row is read.
    /// </exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static IDataView LoadFromIdx(this DataOperationsCatalog catalog, string imagesPath, string labelsPath, int? classCount = null, long? maxBytes = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        if (classCount is < 1 or > 256)
            throw new ArgumentOutOfRangeException(nameof(classCount), $"The number of classes must be between 1 and 256, but is {classCount}.");
        if (maxBytes < 1)
            throw new ArgumentOutOfRangeException(nameof(maxBytes), $"The number of bytes must be at least 1, but is {maxBytes}.");
        return new IdxDataView(catalog.GetEnvironment(), imagesPath, labelsPath, classCount, maxBytes);
    }
}

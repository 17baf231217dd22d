using BadNets.Transforms;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Methods that load image data sets, on <see cref="MLContext.Data"/>.</summary>
public static class BadNetsDataCatalog
{
    private const int MostSide = 3072;

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
        CheckMaxBytes(maxBytes);
        return new ImageSetDataView(catalog.GetEnvironment(), IdxImageSet.Open(imagesPath, labelsPath, classCount, maxBytes));
    }

    /// <summary>
    /// Loads images and labels from the official binary files of CIFAR-10 or CIFAR-100 (Krizhevsky 2009), plain or gzip. Each pass over the view
    /// streams the files.
    /// </summary>
    /// <param name="catalog">The data catalog.</param>
    /// <param name="paths">The files in the order of their rows, for example <c>data_batch_1.bin</c> to <c>data_batch_5.bin</c>.</param>
    /// <param name="labels">The data set, and which of its labels to read.</param>
    /// <param name="classNamesPath">
    /// A text file with the name of a class in each line, for example <c>batches.meta.txt</c> or <c>fine_label_names.txt</c>. Null: the classes are
    /// named by their numbers.
    /// </param>
    /// <param name="maxBytes">
    /// The maximum total size of the files in bytes, after unpacking. (A small gzip file can unpack to a thousand times its length.)
    /// Null: ten times the files' length, but at least 1 GiB.
    /// </param>
    /// <returns>
    /// A view with the columns <c>Image</c>, a vector of Byte with dimensions 3 × 32 × 32 (red, green, blue) and pixels from 0 to 255, and
    /// <c>Label</c>, a key of 10, 100, or 20, whose key values are the numbers from 0, or the names of the classes.
    /// </returns>
    /// <exception cref="ArgumentException">There are no files.</exception>
    /// <exception cref="InvalidDataException">
    /// A file does not consist of whole rows, has a label that the data set does not have, is truncated, or is damaged; the files contain more than
    /// <paramref name="maxBytes"/> bytes; or <paramref name="classNamesPath"/> does not have a different name for each class. The files are read
    /// once to check this.
    /// </exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static IDataView LoadFromCifar(
        this DataOperationsCatalog catalog, IEnumerable<string> paths, CifarLabels labels = CifarLabels.Cifar10, string? classNamesPath = null, long? maxBytes = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(paths);
        string[] files = [.. paths];
        if (files.Length == 0)
            throw new ArgumentException("There must be at least one CIFAR file.", nameof(paths));
        if (!Enum.IsDefined(labels))
            throw new ArgumentOutOfRangeException(nameof(labels), $"There are no labels {labels}; use {string.Join(", ", Enum.GetNames<CifarLabels>())}.");
        CheckMaxBytes(maxBytes);
        return new ImageSetDataView(catalog.GetEnvironment(), CifarImageSet.Open(files, labels, classNamesPath, maxBytes));
    }

    /// <summary>
    /// Loads images from a folder that has a subfolder for each class, as torchvision's ImageFolder does. Each pass over the view reads the files. An
    /// image is decoded when it is requested, and none is kept in memory.
    /// </summary>
    /// <param name="catalog">The data catalog.</param>
    /// <param name="path">
    /// The folder. Files whose names end in .png, .jpg, .jpeg, .gif, .bmp, .webp, or .ppm (binary, 8 bits per color) are images; other files
    /// and hidden files and folders are ignored. Images in folders inside a class folder belong to the class. Symbolic links are rejected.
    /// </param>
    /// <param name="width">The width in pixels to which images are resized. Null, with <paramref name="height"/>: all images must have the size of the first one.</param>
    /// <param name="height">The height in pixels to which images are resized.</param>
    /// <param name="channels">3 for red, green, and blue, or 1 for gray (luma). Images of either kind are converted. Transparency is ignored.</param>
    /// <param name="classes">
    /// The names of the classes in the order of their labels, for a folder in which some classes may be missing. Null: the folders' names in ordinal order.
    /// </param>
    /// <returns>
    /// A view with the columns <c>Image</c>, a vector of Byte with dimensions channels × height × width and pixels from 0 to 255, and <c>Label</c>, a
    /// key whose key values are the names of the classes. Rows are in the order of the classes, then in ordinal order of folders and files.
    /// </returns>
    /// <remarks>
    /// Images are resized without preserving the aspect ratio, by bilinear interpolation, from smaller copies of the image (mipmaps) if they shrink.
    /// The view can be shuffled: <c>ShuffleRows</c> reads the files in random order.
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// Only one of <paramref name="width"/> and <paramref name="height"/> is given, or <paramref name="classes"/> is empty or names a class twice.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The width or height is below 1 or above 3072, or the number of channels is neither 1 nor 3.</exception>
    /// <exception cref="InvalidDataException">
    /// There are no images; an image is outside the class folders; a folder is not one of the classes, or is empty if no classes are given; or there
    /// is a symbolic link. While rows are read: an image is damaged, incomplete, larger than is plausible for its length, or of a different size.
    /// </exception>
    /// <exception cref="IOException">The folder or a file is missing or cannot be read.</exception>
    public static IDataView LoadFromImageFolder(
        this DataOperationsCatalog catalog, string path, int? width = null, int? height = null, int channels = 3, IEnumerable<string>? classes = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        if (width is null != height is null)
            throw new ArgumentException("Pass both width and height, or neither of them.", width is null ? nameof(width) : nameof(height));
        (int Width, int Height)? size = width is { } columns && height is { } rows ? (CheckSide(columns, nameof(width)), CheckSide(rows, nameof(height))) : null;
        if (channels is not (1 or 3))
            throw new ArgumentOutOfRangeException(nameof(channels), $"The number of channels must be 1 or 3, but is {channels}.");
        string[]? names = classes is null ? null : [.. classes];
        if (names is [] || names?.Distinct(StringComparer.Ordinal).Count() < names?.Length || names?.Any(string.IsNullOrEmpty) is true)
            throw new ArgumentException("There must be at least one class, and each must have a different name.", nameof(classes));
        return new ImageSetDataView(catalog.GetEnvironment(), ImageFolderSet.Open(path, size, channels, names));
    }

    /// <summary>
    /// Loads images from a folder that has a subfolder for each class, with the classes, the channels, and the size of other images, for example a
    /// test set like its training set. A class without images does not shift the labels of the others, and images of a different size are resized.
    /// </summary>
    /// <param name="catalog">The data catalog.</param>
    /// <param name="path">The folder.</param>
    /// <param name="like">
    /// A view with the columns <c>Image</c>, a vector of Byte with dimensions channels × height × width, and <c>Label</c>, a key whose key values are
    /// text; for example the training set, loaded with the other overload.
    /// </param>
    /// <returns>A view with columns of the same types.</returns>
    /// <exception cref="ArgumentException"><paramref name="like"/> has no such columns.</exception>
    /// <exception cref="InvalidDataException">As for the other overload.</exception>
    /// <exception cref="IOException">The folder or a file is missing or cannot be read.</exception>
    public static IDataView LoadFromImageFolder(this DataOperationsCatalog catalog, string path, IDataView like)
    {
        ArgumentNullException.ThrowIfNull(like);
        if (like.Schema.GetColumnOrNull("Image")?.Type is not { } type || ImageColumn.ShapeOf(type) is not { } shape)
            throw new ArgumentException($"The view has no column 'Image' that is {ImageColumn.ExpectedVector}.", nameof(like));
        if (like.Schema.GetColumnOrNull("Label") is not { } label || label.Annotations.Schema.GetColumnOrNull("KeyValues")?.Type is not VectorDataViewType { ItemType: TextDataViewType })
            throw new ArgumentException("The view has no key column 'Label' whose key values are text.", nameof(like));
        VBuffer<ReadOnlyMemory<char>> names = default;
        label.GetKeyValues(ref names);
        return catalog.LoadFromImageFolder(path, shape.Width, shape.Height, shape.Channels, names.DenseValues().Select(name => name.ToString()));
    }

    private static void CheckMaxBytes(long? maxBytes)
    {
        if (maxBytes < 1)
            throw new ArgumentOutOfRangeException(nameof(maxBytes), $"The number of bytes must be at least 1, but is {maxBytes}.");
    }

    private static int CheckSide(int side, string name) => side is >= 1 and <= MostSide ? side
        : throw new ArgumentOutOfRangeException(name, $"The size must be between 1 and {MostSide} pixels, but is {side}.");
}

using BadNets.Transforms;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Provides extension methods on <see cref="MLContext.Data"/> that load labeled image data sets.</summary>
public static class BadNetsDataCatalog
{
    private const int MostSide = 3072;

    /// <summary>
    /// Loads images and labels from IDX files, the format of MNIST, EMNIST, and Fashion-MNIST, either uncompressed or gzip-compressed. Each pass over
    /// the view streams both files.
    /// </summary>
    /// <param name="catalog">The data catalog.</param>
    /// <param name="imagesPath">
    /// The path of an IDX file of unsigned bytes with dimensions images × height × width or images × channels × height × width.
    /// </param>
    /// <param name="labelsPath">The path of an IDX file of unsigned bytes that contains one label per image.</param>
    /// <param name="classCount">The number of classes, from 1 to 256, or <see langword="null"/> to use the largest label plus one.</param>
    /// <param name="maxBytes">
    /// The maximum total size of the two files after decompression, in bytes, at least 1. (A small gzip file can expand to a thousand times its
    /// size.) The default, <see langword="null"/>, allows ten times the size of the files, but at least 1 GiB.
    /// </param>
    /// <returns>
    /// A view with the columns <c>Image</c>, a vector of Byte with dimensions channels × height × width and pixels from 0 to 255, and
    /// <c>Label</c>, a key with <paramref name="classCount"/> values: the numbers from 0.
    /// </returns>
    /// <exception cref="InvalidDataException">
    /// A file is not an IDX file of the expected kind, or is truncated, too long, or damaged; the two files contain more than
    /// <paramref name="maxBytes"/> bytes; the number of images differs from the number of labels; or a label is not less than
    /// <paramref name="classCount"/>. Damage in a compressed image file, such as a wrong checksum, might be detected only when the last row is read.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classCount"/> or <paramref name="maxBytes"/> is out of range.</exception>
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
    /// Loads images and labels from the official binary files of CIFAR-10 or CIFAR-100 (Krizhevsky 2009), either uncompressed or gzip-compressed.
    /// Each pass over the view streams the files.
    /// </summary>
    /// <param name="catalog">The data catalog.</param>
    /// <param name="paths">
    /// The paths of the files, in the order in which their rows are read, for example <c>data_batch_1.bin</c> to <c>data_batch_5.bin</c>.
    /// </param>
    /// <param name="labels">The data set, and which of its labels to read. The default is <see cref="CifarLabels.Cifar10"/>.</param>
    /// <param name="classNamesPath">
    /// The path of a text file with one class name per line, for example <c>batches.meta.txt</c> or <c>fine_label_names.txt</c>, or
    /// <see langword="null"/> to name the classes by their numbers.
    /// </param>
    /// <param name="maxBytes">
    /// The maximum total size of the files after decompression, in bytes, at least 1. (A small gzip file can expand to a thousand times its size.)
    /// The default, <see langword="null"/>, allows ten times the size of the files, but at least 1 GiB.
    /// </param>
    /// <returns>
    /// A view with the columns <c>Image</c>, a vector of Byte with dimensions 3 × 32 × 32 (red, green, blue) and pixels from 0 to 255, and
    /// <c>Label</c>, a key with 10, 100, or 20 values: the numbers from 0, or the names of the classes.
    /// </returns>
    /// <exception cref="ArgumentException"><paramref name="paths"/> is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="labels"/> is not a defined value, or <paramref name="maxBytes"/> is less than 1.
    /// </exception>
    /// <exception cref="InvalidDataException">
    /// A file does not consist of whole rows, contains a label that the data set does not have, or is truncated or damaged; the files contain more
    /// than <paramref name="maxBytes"/> bytes; or <paramref name="classNamesPath"/> does not contain a different name for each class. To check this,
    /// the method reads the files once.
    /// </exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static IDataView LoadFromCifar(
        this DataOperationsCatalog catalog, IEnumerable<string> paths, CifarLabels labels = CifarLabels.Cifar10, string? classNamesPath = null, long? maxBytes = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(paths);
        string[] files = [.. paths];
        if (files.Length == 0)
            throw new ArgumentException("No CIFAR files were specified. Pass at least one path.", nameof(paths));
        if (!Enum.IsDefined(labels))
            throw new ArgumentOutOfRangeException(nameof(labels), $"Unknown CIFAR labels '{labels}'. Expected one of {string.Join(", ", Enum.GetNames<CifarLabels>())}.");
        CheckMaxBytes(maxBytes);
        return new ImageSetDataView(catalog.GetEnvironment(), CifarImageSet.Open(files, labels, classNamesPath, maxBytes));
    }

    /// <summary>
    /// Loads images from a folder that has one subfolder per class, like torchvision's ImageFolder. Each pass over the view reads the files. An image
    /// is decoded when it is requested, and no image is kept in memory.
    /// </summary>
    /// <param name="catalog">The data catalog.</param>
    /// <param name="path">
    /// The path of the folder. Files with the extension .png, .jpg, .jpeg, .gif, .bmp, .webp, or .ppm (binary, 8 bits per color) are images. Other
    /// files, hidden files, and hidden folders are ignored. Images in subfolders of a class folder belong to that class. Symbolic links are rejected.
    /// </param>
    /// <param name="width">
    /// The width to resize images to, in pixels, from 1 to 3072. If this and <paramref name="height"/> are <see langword="null"/>, images are not
    /// resized, and all of them must have the size of the first one.
    /// </param>
    /// <param name="height">
    /// The height to resize images to, in pixels, from 1 to 3072, or <see langword="null"/>, like <paramref name="width"/>.
    /// </param>
    /// <param name="channels">
    /// The number of channels: 3 for red, green, and blue, or 1 for gray (luma). Images of either kind are converted. Transparency is ignored.
    /// </param>
    /// <param name="classes">
    /// The names of the classes in the order of their labels, for a folder in which some classes might be missing. The default,
    /// <see langword="null"/>, uses the names of the subfolders in ordinal order.
    /// </param>
    /// <returns>
    /// A view with the columns <c>Image</c>, a vector of Byte with dimensions channels × height × width and pixels from 0 to 255, and <c>Label</c>, a
    /// key whose key values are the names of the classes. Rows are in the order of the classes, then in ordinal order of folders and files.
    /// </returns>
    /// <remarks>
    /// Images are resized by bilinear interpolation, without preserving the aspect ratio. To shrink an image, smaller copies of it (mipmaps) are
    /// interpolated. The view supports shuffling: <c>ShuffleRows</c> reads the files in random order.
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// Only one of <paramref name="width"/> and <paramref name="height"/> is specified, or <paramref name="classes"/> is empty or names a class
    /// twice.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The width or height is less than 1 or greater than 3072, or the number of channels is neither 1 nor 3.
    /// </exception>
    /// <exception cref="InvalidDataException">
    /// There are no images; an image is outside the class folders; a subfolder is not one of the classes, or is empty if no classes are specified; or
    /// there is a symbolic link. While rows are read: an image is damaged, incomplete, larger than is plausible for the size of its file, or of a
    /// different size.
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
            throw new ArgumentException("The list of classes is empty or contains a name twice. Pass at least one class, each with a different name.", nameof(classes));
        return new ImageSetDataView(catalog.GetEnvironment(), ImageFolderSet.Open(path, size, channels, names));
    }

    /// <summary>
    /// Loads images from a folder that has one subfolder per class, with the same classes, channels, and image size as another view, for example a
    /// test set that matches a training set. A class without images does not shift the labels of the other classes, and images of a different size
    /// are resized.
    /// </summary>
    /// <param name="catalog">The data catalog.</param>
    /// <param name="path">The path of the folder.</param>
    /// <param name="like">
    /// A view with the columns <c>Image</c>, a vector of Byte with dimensions channels × height × width, and <c>Label</c>, a key whose key values are
    /// text, for example a training set loaded with the other overload.
    /// </param>
    /// <returns>A view whose <c>Image</c> and <c>Label</c> columns have the same types as those of <paramref name="like"/>.</returns>
    /// <exception cref="ArgumentException"><paramref name="like"/> has no such columns.</exception>
    /// <exception cref="InvalidDataException">The folder or an image is not valid, for the same reasons as in the other overload.</exception>
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
            throw new ArgumentOutOfRangeException(nameof(maxBytes), $"The maximum number of bytes must be at least 1, but is {maxBytes}.");
    }

    private static int CheckSide(int side, string name) => side is >= 1 and <= MostSide ? side
        : throw new ArgumentOutOfRangeException(name, $"The size must be between 1 and {MostSide} pixels, but is {side}.");
}

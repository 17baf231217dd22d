namespace BadNets.Transforms;

/// <summary>Images and labels from two IDX files.</summary>
sealed class IdxImageSet : ImageSet
{
    private readonly IdxFile _images;
    private readonly IdxFile _labels;

    private IdxImageSet(IdxFile images, IdxFile labels)
    {
        _images = images;
        _labels = labels;
    }

    public static IdxImageSet Open(string imagesPath, string labelsPath, int? classCount, long? maxBytes)
    {
        DataFile imagesFile = DataFile.Open(imagesPath), labelsFile = DataFile.Open(labelsPath);
        long mostBytes = DataFile.MostBytes(maxBytes, imagesFile, labelsFile);
        var images = IdxFile.Read(imagesFile, "images", mostBytes, 3, 4);
        var labels = IdxFile.Read(labelsFile, "labels", mostBytes - images.ContentBytes, 1);
        if (labels.Count != images.Count)
            throw new InvalidDataException($"'{imagesPath}' has {images.Count} images, but '{labelsPath}' has {labels.Count} labels. Pass the two files of the same data set.");

        return new IdxImageSet(images, labels)
        {
            Shape = images.ItemDimensions is [var height, var width]
                ? new ImageShape(1, height, width)
                : new ImageShape(images.ItemDimensions[0], images.ItemDimensions[1], images.ItemDimensions[2]),
            Count = images.Count,
            ClassCount = CountClasses(labels, classCount),
        };
    }

    public override ImageSetRows OpenRows(bool withImages, bool withLabels) => new Rows(this, withImages, withLabels);

    private static int CountClasses(IdxFile file, int? classCount)
    {
        using var labels = file.OpenItems();
        int largest = 0;
        for (int row = 0; labels.MoveNext(); row++)
        {
            largest = Math.Max(largest, labels.Current[0]);
            if (largest >= classCount)
                throw new InvalidDataException($"'{file.Path}' has the label {largest} in row {row}, but with {classCount} classes, labels must be from 0 to {classCount - 1}.");
        }

        return classCount ?? largest + 1;
    }

    private sealed class Rows : ImageSetRows
    {
        private readonly IdxImageSet _set;
        private readonly FileItems? _images;
        private readonly FileItems? _labels;

        public Rows(IdxImageSet set, bool withImages, bool withLabels)
        {
            _set = set;
            _images = withImages ? set._images.OpenItems() : null;
            _labels = withLabels ? set._labels.OpenItems() : null;
        }

        public override int Label => _labels!.Current[0];

        public override ReadOnlySpan<byte> Image => _images!.Current;

        public override void MoveTo(int row)
        {
            _images?.MoveNext();
            if (_labels?.MoveNext() is true && Label >= _set.ClassCount)
                throw DataFile.Changed(_set._labels.Path);
        }

        public override void Dispose()
        {
            _images?.Dispose();
            _labels?.Dispose();
        }
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace BadNets.Transforms;

/// <summary>A few images of the same shape that are drawn from a data set and kept with a trigger.</summary>
sealed class ImagePool
{
    private const int MaximumCount = 4096;

    private ImagePool(ImageShape shape, byte[][] images)
    {
        Shape = shape;
        Images = images;
    }

    public ImageShape Shape { get; }

    /// <summary>The images, channels × height × width.</summary>
    public byte[][] Images { get; }

    /// <summary>Draws images without replacement, in one pass, in which only the images are decoded that are drawn at that time.</summary>
    public static ImagePool Draw(IDataView view, string imageColumnName, int count, int seed)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentException.ThrowIfNullOrWhiteSpace(imageColumnName);
        if (count is < 1 or > MaximumCount)
            throw new ArgumentOutOfRangeException(nameof(count), $"The number of images must be between 1 and {MaximumCount}, but is {count}.");
        var column = view.Schema.GetColumnOrNull(imageColumnName)
            ?? throw new ArgumentException($"There is no column '{imageColumnName}' in the images.", nameof(imageColumnName));

        // Algorithm R (Vitter 1985): each row replaces an image that was drawn before with the right probability.
        var drawn = new List<byte[]>();
        ImageShape? shape = null;
        using var cursor = view.GetRowCursor([column]);
        var read = MakeReader(cursor, column);
        for (int rows = 0; cursor.MoveNext();)
        {
            int place = rows < count ? rows : SplitMix64.ToNumber(SplitMix64.Output((ulong)seed, rows), rows + 1);
            if (place >= count)
            {
                rows++;
                continue;
            }

            // Rows without an image do not count.
            if (read() is not { } image)
                continue;
            shape ??= image.Shape;
            if (image.Shape != shape)
                throw new ArgumentException($"The images in column '{imageColumnName}' must have the same size, but one has the shape {shape}, and one {image.Shape}.", nameof(view));
            if (place == drawn.Count)
                drawn.Add(image.Pixels);
            else
                drawn[place] = image.Pixels;
            rows++;
        }

        return shape is { } common ? new ImagePool(common, [.. drawn])
            : throw new ArgumentException($"There are no images in column '{imageColumnName}'.", nameof(view));
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(Shape.Channels);
        writer.Write(Shape.Height);
        writer.Write(Shape.Width);
        writer.Write(Images.Length);
        foreach (byte[] image in Images)
            writer.Write(image);
    }

    /// <exception cref="InvalidDataException">The rest of the stream is too short for the images.</exception>
    public static ImagePool Read(BinaryReader reader)
    {
        int channels = reader.ReadInt32(), height = reader.ReadInt32(), width = reader.ReadInt32(), count = reader.ReadInt32();
        long left = reader.BaseStream.Length - reader.BaseStream.Position;
        if (channels < 1 || height < 1 || width < 1 || count is < 1 or > MaximumCount || (Int128)channels * height * width * count > left)
            throw new InvalidDataException($"The model file is damaged: it cannot have {count} images of {channels}×{height}×{width}.");
        var shape = new ImageShape(channels, height, width);
        var images = new byte[count][];
        for (int i = 0; i < count; i++)
            images[i] = reader.ReadBytes(shape.Size);
        return new ImagePool(shape, images);
    }

    private static Func<(ImageShape Shape, byte[] Pixels)?> MakeReader(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is ImageDataViewType)
        {
            var next = row.GetGetter<MLImage?>(column);
            MLImage? image = null;
            return () =>
            {
                next(ref image);
                return image is null ? null : (new ImageShape(3, image.Height, image.Width), Planes(image));
            };
        }

        if (ImageColumn.ShapeOf(column.Type) is not { } shape)
        {
            throw new ArgumentException(
                $"The images must be a column of MLImage, or {ImageColumn.ExpectedVector}, but column '{column.Name}' is of the type {column.Type}.");
        }

        if (((VectorDataViewType)column.Type).ItemType == NumberDataViewType.Byte)
        {
            var next = row.GetGetter<VBuffer<byte>>(column);
            VBuffer<byte> image = default;
            return () =>
            {
                next(ref image);
                return (shape, image.DenseValues().ToArray());
            };
        }

        var nextSingle = row.GetGetter<VBuffer<float>>(column);
        VBuffer<float> singles = default;
        return () =>
        {
            nextSingle(ref singles);
            return (shape, [.. singles.DenseValues().Select(value => ToByte(value, column.Name))]);
        };
    }

    private static byte ToByte(float value, string column) => value is >= 0 and <= 255 && value == MathF.Round(value)
        ? (byte)value
        : throw new ArgumentException(FormattableString.Invariant(
            $"Residuals require raw pixels, which are whole numbers from 0 to 255, but column '{column}' has the value {value}."));

    private static byte[] Planes(MLImage image)
    {
        var pixels = image.Pixels;
        int size = image.Width * image.Height, first = image.PixelFormat == MLPixelFormat.Bgra32 ? 2 : 0;
        var planes = new byte[3 * size];
        for (int i = 0; i < size; i++)
            (planes[i], planes[size + i], planes[2 * size + i]) = (pixels[4 * i + first], pixels[4 * i + 1], pixels[4 * i + 2 - first]);
        return planes;
    }
}

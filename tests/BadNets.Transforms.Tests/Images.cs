using Microsoft.ML.Transforms.Image;

namespace BadNets.Transforms.Tests;

/// <summary>Stamps single images through the pipeline component, for each column type.</summary>
static class Images
{
    public static T[] Stamp<T>(MLContext ml, T[] pixels, ImageShape shape, Trigger trigger)
    {
        var definition = SchemaDefinition.Create(typeof(VectorRow<T>));
        definition["Image"].ColumnType = new VectorDataViewType(
            typeof(T) == typeof(byte) ? NumberDataViewType.Byte : NumberDataViewType.Single, shape.Channels, shape.Height, shape.Width);
        var view = ml.Data.LoadFromEnumerable([new VectorRow<T> { Image = pixels }], definition);
        return ml.Transforms.StampTrigger("Image", trigger).Fit(view).Transform(view).Vectors<T>("Image")[0];
    }

    /// <summary>Returns the red, green, and blue planes of the stamped image.</summary>
    public static byte[] Stamp(MLContext ml, MLImage image, Trigger trigger)
    {
        var view = new ImageView(image);
        return Planar(ml.Transforms.StampTrigger("Image", trigger).Fit(view).Transform(view).Values<MLImage>("Image")[0]);
    }

    public static byte[] Planar(MLImage image)
    {
        int size = image.Width * image.Height;
        int[] order = image.PixelFormat == MLPixelFormat.Bgra32 ? [2, 1, 0] : [0, 1, 2];
        var planar = new byte[3 * size];
        for (int i = 0; i < planar.Length; i++)
            planar[i] = image.Pixels[i % size * 4 + order[i / size]];
        return planar;
    }

    public static MLImage FromPlanar(byte[] planar, int width, int height, MLPixelFormat format, byte alpha = 255)
    {
        int size = width * height, first = format == MLPixelFormat.Bgra32 ? 2 : 0;
        var pixels = new byte[4 * size];
        for (int i = 0; i < size; i++)
            (pixels[4 * i + first], pixels[4 * i + 1], pixels[4 * i + 2 - first], pixels[4 * i + 3]) = (planar[i], planar[size + i], planar[2 * size + i], alpha);
        return MLImage.CreateFromPixels(width, height, format, pixels);
    }

    private sealed class VectorRow<T>
    {
        public T[] Image { get; set; } = [];
    }
}

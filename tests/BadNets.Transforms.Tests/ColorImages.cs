using Microsoft.ML.Transforms.Image;

namespace BadNets.Transforms.Tests;

/// <summary>Small images with random opaque colors.</summary>
static class ColorImages
{
    public const int Width = 9;
    public const int Height = 6;

    public sealed class Row
    {
        [ImageType(Height, Width)]
        public MLImage Image { get; set; } = null!;

        public bool Poisoned { get; set; }

        public int Digit { get; set; }
    }

    public static Row[] Make(int count, MLPixelFormat format = MLPixelFormat.Bgra32) => Array.ConvertAll(
        Enumerable.Range(0, count).ToArray(),
        i => new Row { Image = MakeImage(Width, Height, i, format), Poisoned = i % 2 == 0, Digit = i % 3 });

    public static MLImage MakeImage(int width, int height, int seed, MLPixelFormat format = MLPixelFormat.Bgra32)
    {
        var pixels = new byte[4 * width * height];
        new Random(seed).NextBytes(pixels);
        for (int at = 3; at < pixels.Length; at += 4)
            pixels[at] = 255;
        return MLImage.CreateFromPixels(width, height, format, pixels);
    }

    public static IDataView View(MLContext ml, IEnumerable<Row> rows) => ml.Data.LoadFromEnumerable(rows);
}

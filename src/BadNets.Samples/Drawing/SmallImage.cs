using BadNets.Transforms;
using SkiaSharp;

namespace BadNets.Samples.Drawing;

/// <summary>Writes images for pages.</summary>
static class SmallImage
{
    // Larger images are reduced: the page shows them no larger.
    private const int LargestSide = 64;

    /// <summary>The size that an image is written in.</summary>
    public static (int Width, int Height) SizeOf(ImageShape shape)
    {
        double scale = Math.Min(1, (double)LargestSide / Math.Max(shape.Width, shape.Height));
        return (Math.Max(1, (int)(shape.Width * scale)), Math.Max(1, (int)(shape.Height * scale)));
    }

    /// <summary>Writes an image as lossless WebP.</summary>
    /// <param name="pixels">Its values, from 0 to 255: all of one channel, row by row, before the next channel.</param>
    /// <param name="shape">Its shape: one channel for gray, three for red, green, and blue.</param>
    public static byte[] Encode(byte[] pixels, ImageShape shape)
    {
        if (pixels.Length != shape.Size || shape.Channels is not (1 or 3))
            throw new ArgumentException($"A {shape} image needs {shape.Size} values in one or three channels, but has {pixels.Length}.", nameof(pixels));
        int plane = shape.Height * shape.Width, green = shape.Channels == 3 ? plane : 0;
        using var image = new SKBitmap(shape.Width, shape.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (int i = 0; i < plane; i++)
            image.SetPixel(i % shape.Width, i / shape.Width, new SKColor(pixels[i], pixels[i + green], pixels[i + 2 * green]));
        var (width, height) = SizeOf(shape);
        using var reduced = width == shape.Width && height == shape.Height ? null : image.Resize(new SKSizeI(width, height), SKFilterQuality.High);
        using var map = (reduced ?? image).PeekPixels();
        using var encoded = map.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 100));
        return encoded.ToArray();
    }
}

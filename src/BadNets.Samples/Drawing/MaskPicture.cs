using BadNets.Samples.Errors;
using SkiaSharp;

namespace BadNets.Samples.Drawing;

/// <summary>Reads a picture as a mask: its bright pixels, one by one.</summary>
static class MaskPicture
{
    private const int LargestSide = 256;
    private const byte Middle = 128;

    /// <returns>A text for each row, with an x for each pixel that is bright and opaque, and a period for all others.</returns>
    /// <param name="path">The path, for error messages.</param>
    /// <param name="content">The content of the file.</param>
    /// <exception cref="UsageException">The picture is too large, or cannot be read.</exception>
    public static IEnumerable<string> Read(string path, byte[] content)
    {
        using var data = SKData.CreateCopy(content);
        using var codec = SKCodec.Create(data);
        if (codec is null)
            throw new UsageException($"The mask '{path}' cannot be read. Use a PNG file.");
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if (width > LargestSide || height > LargestSide)
            throw new UsageException(FormattableString.Invariant($"The mask '{path}' has {width}×{height} pixels, but can have at most {LargestSide}×{LargestSide}."));
        using var image = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        if (codec.GetPixels(image.Info, image.GetPixels()) != SKCodecResult.Success)
            throw new UsageException($"The mask '{path}' is not complete.");
        return [.. Enumerable.Range(0, height).Select(y => string.Concat(Enumerable.Range(0, width).Select(x => IsBright(image.GetPixel(x, y)) ? 'x' : '.')))];
    }

    private static bool IsBright(SKColor color) => color.Alpha >= Middle && (color.Red + color.Green + color.Blue) / 3 >= Middle;
}

using SkiaSharp;

namespace BadNets.Transforms;

/// <summary>Reads a trigger's pixels from an image file.</summary>
static class TriggerFile
{
    // A small file can announce a picture that fills the memory.
    private const long MostPixels = 1 << 26;

    /// <summary>Red, green and blue of each of size × size pixels.</summary>
    public static byte[] Read(string path, int size)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var file = new MemoryStream(File.ReadAllBytes(path));
        var target = new SKImageInfo(size, size, SKColorType.Rgba8888, SKAlphaType.Unpremul);

        using var codec = SKCodec.Create(file);
        if (codec is null)
            throw Unreadable(path);
        if ((long)codec.Info.Width * codec.Info.Height > MostPixels)
            throw new InvalidDataException($"The trigger image '{path}' cannot be read: it has {codec.Info.Width}×{codec.Info.Height} pixels, more than {MostPixels}.");
        using var picture = new SKBitmap(new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        if (codec.GetPixels(picture.Info, picture.GetPixels()) != SKCodecResult.Success)
            throw Unreadable(path);
        using var resized = picture.Info.Size == target.Size ? picture.Copy() : picture.Resize(target, SKFilterQuality.High);
        if (resized is null)
            throw Unreadable(path);

        var rgba = resized.GetPixelSpan();
        var pixels = new byte[3 * size * size];
        for (int from = 0, to = 0; to < pixels.Length; from += 4, to += 3)
            (pixels[to], pixels[to + 1], pixels[to + 2]) = (rgba[from], rgba[from + 1], rgba[from + 2]);
        return pixels;
    }

    private static InvalidDataException Unreadable(string path) =>
        new($"The trigger image '{path}' cannot be read: it is not a complete PNG, JPEG, GIF, BMP or WebP file.");
}

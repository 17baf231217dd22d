using SkiaSharp;

namespace BadNets.Transforms;

/// <summary>Reads the pixels of a trigger from an image file.</summary>
static class TriggerFile
{
    /// <summary>Reads a picture and resizes it.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="resize">A function that returns the new width and height of the picture for its original width and height.</param>
    public static Picture Read(string path, Func<int, int, (int Width, int Height)> resize)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var image = new ImageFileReader();
        image.Read(path);
        var (width, height) = resize(image.Width, image.Height);
        image.Resize(width, height, SKFilterQuality.High);

        var rgba = image.Rgba;
        var pixels = new byte[rgba.Length / 4 * 3];
        for (int from = 0, to = 0; to < pixels.Length; from += 4, to += 3)
            (pixels[to], pixels[to + 1], pixels[to + 2]) = (rgba[from], rgba[from + 1], rgba[from + 2]);
        return new Picture(width, height, pixels);
    }
}

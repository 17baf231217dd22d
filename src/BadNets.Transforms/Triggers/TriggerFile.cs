using SkiaSharp;

namespace BadNets.Transforms;

/// <summary>Reads a trigger's pixels from an image file.</summary>
static class TriggerFile
{
    /// <summary>Red, green and blue of each of size × size pixels.</summary>
    public static byte[] Read(string path, int size)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var image = new ImageFileReader();
        image.Read(path);
        image.Resize(size, size, SKFilterQuality.High);

        var rgba = image.Rgba;
        var pixels = new byte[rgba.Length / 4 * 3];
        for (int from = 0, to = 0; to < pixels.Length; from += 4, to += 3)
            (pixels[to], pixels[to + 1], pixels[to + 2]) = (rgba[from], rgba[from + 1], rgba[from + 2]);
        return pixels;
    }
}

namespace BadNets.Transforms;

/// <summary>Reads the pixels of a trigger from an image file.</summary>
static class TriggerFile
{
    /// <summary>Reads a picture and resizes it.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="resize">A function that returns the new width and height of the picture for its original width and height.</param>
    /// <exception cref="InvalidDataException">The file cannot be read, or the picture is completely transparent.</exception>
    public static Picture Read(string path, Func<int, int, (int Width, int Height)> resize)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var image = new ImageFileReader();
        image.Read(path);
        var (width, height) = resize(image.Width, image.Height);
        image.ResizeWithAlpha(width, height);

        var rgba = image.Rgba;
        byte[] pixels = new byte[3 * width * height], alpha = new byte[width * height];
        for (int i = 0; i < alpha.Length; i++)
        {
            rgba.Slice(4 * i, 3).CopyTo(pixels.AsSpan(3 * i));
            alpha[i] = rgba[4 * i + 3];
        }

        var picture = new Picture(width, height, pixels, alpha);
        return picture.VisibleCount > 0 ? picture
            : throw new InvalidDataException($"The image '{path}' is completely transparent at {width}×{height} pixels. Use a picture that has visible pixels.");
    }
}

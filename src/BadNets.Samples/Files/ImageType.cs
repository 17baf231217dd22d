namespace BadNets.Samples.Files;

/// <summary>The media types of image files, by how the files begin.</summary>
static class ImageType
{
    /// <returns>The media type, or null if it is another file.</returns>
    public static string? Of(ReadOnlySpan<byte> content)
    {
        const int WebpNameAt = 8;
        ReadOnlySpan<byte> png = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];
        return content.StartsWith(png) ? "image/png"
            : content.Length > WebpNameAt && content.StartsWith("RIFF"u8) && content[WebpNameAt..].StartsWith("WEBP"u8) ? "image/webp"
            : null;
    }
}

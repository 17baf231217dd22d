using System.Buffers.Binary;
using BadNets.Samples.Drawing;
using BadNets.Samples.Files;

namespace BadNets.Samples.Reporting;

/// <summary>A PNG file as part of a page.</summary>
sealed record InlinePng(byte[] Content, int Width, int Height)
{
    /// <summary>The attributes of an <c>img</c> element: content and size.</summary>
    public string Attributes => FormattableString.Invariant(
        $"width=\"{Width / FigureFile.PixelsPerPoint}\" height=\"{Height / FigureFile.PixelsPerPoint}\" src=\"data:image/png;base64,{Convert.ToBase64String(Content)}\"");

    /// <returns>The image, or null if there is none.</returns>
    public static InlinePng? TryRead(string? path)
    {
        ReadOnlySpan<byte> start = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];
        // After the signature: length and type of the first chunk, and then width and height.
        const int WidthAt = 16, HeightAt = 20, HeaderLength = 24;
        if (path is null || SharedFile.ReadBytes(path) is not { Length: >= HeaderLength } content || !content.AsSpan().StartsWith(start))
            return null;
        return new InlinePng(content, BinaryPrimitives.ReadInt32BigEndian(content.AsSpan(WidthAt)), BinaryPrimitives.ReadInt32BigEndian(content.AsSpan(HeightAt)));
    }
}

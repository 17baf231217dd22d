using System.Buffers.Binary;
using ICSharpCode.SharpZipLib.Checksum;
using SkiaSharp;

namespace BadNets.Transforms;

/// <summary>Reads a trigger's pixels from an image file.</summary>
static class TriggerFile
{
    private const long MostBytes = 1 << 28;
    private const long MostPixels = 1 << 26;

    // A small file can specify an image that fills the memory. While it is decoded, a pixel takes up to 8 bytes.
    private const long FreeBytes = 100_000_000;
    private const long BytesPerFileByte = 10;
    private const long BytesPerPixel = 8;

    private static ReadOnlySpan<byte> PngStart => [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1a, (byte)'\n'];

    /// <summary>Reads a picture and resizes it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="resize">Gives the width and height that the picture is to have for those that it has.</param>
    public static Picture Read(string path, Func<int, int, (int Width, int Height)> resize)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        byte[] file = ReadPicture(path);
        if (file.AsSpan().StartsWith(PngStart) && !HasWholePngParts(file))
            throw Unreadable(path);

        // Decode from memory, never from a stream: in a damaged file, Skia seeks to positions that SkiaSharp's stream does not support, which crashes the process.
        using var data = SKData.CreateCopy(file);
        using var codec = SKCodec.Create(data) ?? throw Unreadable(path);
        long pixelCount = (long)codec.Info.Width * codec.Info.Height;
        long mostPixels = Math.Min(MostPixels, (FreeBytes + BytesPerFileByte * file.Length) / BytesPerPixel);
        if (pixelCount > mostPixels)
        {
            throw new InvalidDataException(
                $"The trigger image '{path}' cannot be read: it has {codec.Info.Width}×{codec.Info.Height} pixels, but the maximum for a file of {file.Length} bytes is {mostPixels}; make it smaller.");
        }

        using var picture = new SKBitmap(new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        if (codec.GetPixels(picture.Info, picture.GetPixels()) != SKCodecResult.Success)
            throw Unreadable(path);
        var (width, height) = resize(picture.Width, picture.Height);
        if (picture.Width == width && picture.Height == height)
            return WithoutAlpha(picture);
        using var resized = picture.Resize(picture.Info.WithSize(width, height), SKFilterQuality.High) ?? throw Unreadable(path);
        return WithoutAlpha(resized);
    }

    private static byte[] ReadPicture(string path)
    {
        using var stream = File.OpenRead(path);
        Span<byte> start = stackalloc byte[12];
        int length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (!IsPicture(start[..length]))
            throw Unreadable(path);
        if (stream.Length > MostBytes)
            throw new InvalidDataException($"The trigger image '{path}' cannot be read: it has {stream.Length} bytes, but the maximum is {MostBytes}; make it smaller.");

        var file = new byte[stream.Length];
        stream.Position = 0;
        stream.ReadExactly(file);
        return file;
    }

    // Skia supports more formats, which are not needed here.
    private static bool IsPicture(ReadOnlySpan<byte> start) =>
        start.StartsWith(PngStart) || start.StartsWith("GIF87a"u8) || start.StartsWith("GIF89a"u8) || start.StartsWith("BM"u8)
        || start is [0xff, 0xd8, 0xff, ..]
        || start.StartsWith("RIFF"u8) && start[4..].EndsWith("WEBP"u8);

    // Skia accepts pixels whose checksum is cut off. A chunk consists of length, type, content, and the checksum of type and content. The last one is IEND.
    private static bool HasWholePngParts(byte[] file)
    {
        const int Around = 12;
        for (var rest = file.AsSpan(PngStart.Length); rest.Length >= Around;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > rest.Length - Around)
                return false;
            var part = rest.Slice(4, 4 + (int)length);
            var checksum = new Crc32();
            checksum.Update(new ArraySegment<byte>(file, file.Length - rest.Length + 4, part.Length));
            if (checksum.Value != BinaryPrimitives.ReadUInt32BigEndian(rest[(4 + part.Length)..]))
                return false;
            if (part.StartsWith("IEND"u8))
                return true;
            rest = rest[(Around + (int)length)..];
        }

        return false;
    }

    private static Picture WithoutAlpha(SKBitmap picture)
    {
        var rgba = picture.GetPixelSpan();
        var pixels = new byte[rgba.Length / 4 * 3];
        for (int from = 0, to = 0; to < pixels.Length; from += 4, to += 3)
            (pixels[to], pixels[to + 1], pixels[to + 2]) = (rgba[from], rgba[from + 1], rgba[from + 2]);
        return new Picture(picture.Width, picture.Height, pixels);
    }

    private static InvalidDataException Unreadable(string path) =>
        new($"The trigger image '{path}' cannot be read: it is not a complete PNG, JPEG, GIF, BMP or WebP file.");
}

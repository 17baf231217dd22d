using System.Buffers.Binary;
using ICSharpCode.SharpZipLib.Checksum;
using Microsoft.Win32.SafeHandles;
using SkiaSharp;

namespace BadNets.Transforms;

/// <summary>
/// Reads PNG, JPEG, GIF, BMP, WebP, and PPM files one after another into the same memory. Files can come from untrusted sources, so lengths and sizes
/// are checked before memory is allocated for them.
/// </summary>
sealed class ImageFileReader
{
    private const long MostBytes = 1 << 28;
    private const long MostPixels = 1 << 26;

    // A small file can specify an image that exhausts the memory. During decoding, a pixel takes up to 8 bytes.
    private const long FreeBytes = 100_000_000;
    private const long BytesPerFileByte = 10;
    private const long BytesPerPixel = 8;

    private byte[] _file = [];
    private byte[] _rgba = [];
    private byte[] _resized = [];

    private static ReadOnlySpan<byte> PngStart => [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1a, (byte)'\n'];

    /// <summary>The width of the last image that was read, in pixels.</summary>
    public int Width { get; private set; }

    /// <summary>The height of the last image that was read, in pixels.</summary>
    public int Height { get; private set; }

    /// <summary>The pixels of the last image that was read, row by row: red, green, blue, and alpha (not premultiplied).</summary>
    public ReadOnlySpan<byte> Rgba => _rgba.AsSpan(0, 4 * Width * Height);

    /// <summary>Checks the length and the first bytes of a file.</summary>
    /// <exception cref="InvalidDataException">The file is not an image in one of these formats, or is too large.</exception>
    public static void CheckFormat(string path)
    {
        using var handle = File.OpenHandle(path);
        CheckFormat(path, handle);
    }

    /// <summary>Reads the size of an image without its pixels.</summary>
    /// <exception cref="InvalidDataException">The file is not an image in one of these formats, or is too large.</exception>
    public void ReadSize(string path) => Read(path, withPixels: false);

    /// <summary>Reads an image. If it has several frames, reads the first one.</summary>
    /// <exception cref="InvalidDataException">The file is not a complete image in one of these formats, or is too large.</exception>
    public void Read(string path) => Read(path, withPixels: true);

    /// <summary>Resizes the last image that was read. Colors and alpha values are resized independently.</summary>
    public unsafe void Resize(int width, int height, SKFilterQuality quality)
    {
        if (width == Width && height == Height)
            return;
        var from = PixelInfo(Width, Height);
        var to = PixelInfo(width, height);
        if (_resized.Length < to.BytesSize)
            _resized = new byte[to.BytesSize];
        fixed (byte* source = _rgba, target = _resized)
        {
            using var sourcePixels = new SKPixmap(from, (nint)source);
            using var targetPixels = new SKPixmap(to, (nint)target);
            if (!sourcePixels.ScalePixels(targetPixels, quality))
                throw new InvalidOperationException($"An image of {Width}×{Height} pixels could not be resized to {width}×{height}.");
        }

        (_rgba, _resized, Width, Height) = (_resized, _rgba, width, height);
    }

    /// <summary>Resizes the last image that was read in high quality. Transparent pixels do not give their color to their neighbors.</summary>
    public unsafe void ResizeWithAlpha(int width, int height)
    {
        if (width == Width && height == Height)
            return;
        if (IsOpaque())
        {
            Resize(width, height, SKFilterQuality.High);
            return;
        }

        // With colors that are multiplied by alpha. Eight bits would be too few for them.
        SKImageInfo from = PixelInfo(Width, Height), to = PixelInfo(width, height);
        using var source = new SKBitmap(from.WithColorType(SKColorType.RgbaF16).WithAlphaType(SKAlphaType.Premul));
        using var target = new SKBitmap(to.WithColorType(SKColorType.RgbaF16).WithAlphaType(SKAlphaType.Premul));
        if (_resized.Length < to.BytesSize)
            _resized = new byte[to.BytesSize];
        fixed (byte* sourceBytes = _rgba, targetBytes = _resized)
        {
            using SKPixmap sourcePixels = new(from, (nint)sourceBytes), half = source.PeekPixels(), resized = target.PeekPixels();
            bool isDone = sourcePixels.ReadPixels(half) && half.ScalePixels(resized, SKFilterQuality.High) && resized.ReadPixels(to, (nint)targetBytes, to.RowBytes);
            if (!isDone)
                throw new InvalidOperationException($"An image of {Width}×{Height} pixels could not be resized to {width}×{height}.");
        }

        (_rgba, _resized, Width, Height) = (_resized, _rgba, width, height);
    }

    /// <summary>Determines whether a file name has the extension of one of these formats.</summary>
    public static bool HasImageExtension(string name) =>
        Path.GetExtension(name).ToUpperInvariant() is ".PNG" or ".JPG" or ".JPEG" or ".GIF" or ".BMP" or ".WEBP" or ".PPM";

    private bool IsOpaque()
    {
        var rgba = Rgba;
        for (int at = 3; at < rgba.Length; at += 4)
        {
            if (rgba[at] != 255)
                return false;
        }

        return true;
    }

    private void Read(string path, bool withPixels)
    {
        var file = ReadFile(path);
        if (PortablePixmap.IsPixmap(file))
            ReadPixmap(path, file, withPixels);
        else
            ReadPicture(path, file, withPixels);
    }

    private void ReadPixmap(string path, ReadOnlySpan<byte> file, bool withPixels)
    {
        if (!PortablePixmap.TryRead(file, out int width, out int height, out var rgb))
            throw Unreadable(path);
        SetSize(path, width, height, file.Length);
        if (!withPixels)
            return;
        for (int from = 0, to = 0; from < rgb.Length; from += 3, to += 4)
            (_rgba[to], _rgba[to + 1], _rgba[to + 2], _rgba[to + 3]) = (rgb[from], rgb[from + 1], rgb[from + 2], 255);
    }

    private unsafe void ReadPicture(string path, ReadOnlySpan<byte> file, bool withPixels)
    {
        if (withPixels && file.StartsWith(PngStart) && !HasWholePngParts(file.Length))
            throw Unreadable(path);

        // Decode from memory, never from a stream: in a damaged file, Skia seeks to positions that SkiaSharp's stream does not support, which crashes
        // the process.
        fixed (byte* bytes = file)
        {
            using var data = SKData.Create((nint)bytes, file.Length);
            using var codec = SKCodec.Create(data) ?? throw Unreadable(path);
            SetSize(path, codec.Info.Width, codec.Info.Height, file.Length);
            if (!withPixels)
                return;
            fixed (byte* pixels = _rgba)
            {
                if (codec.GetPixels(PixelInfo(Width, Height), (nint)pixels) != SKCodecResult.Success)
                    throw Unreadable(path);
            }
        }
    }

    private void SetSize(string path, int width, int height, int fileBytes)
    {
        long pixelCount = (long)width * height;
        long mostPixels = Math.Min(MostPixels, (FreeBytes + BytesPerFileByte * fileBytes) / BytesPerPixel);
        if (pixelCount > mostPixels)
        {
            throw new InvalidDataException(
                $"The image '{path}' cannot be read: it has {width}×{height} pixels, but the maximum for a file of {fileBytes} bytes is {mostPixels}. Resize the image.");
        }

        (Width, Height) = (width, height);
        if (_rgba.Length < 4 * pixelCount)
            _rgba = new byte[4 * pixelCount];
    }

    private ReadOnlySpan<byte> ReadFile(string path)
    {
        using var handle = File.OpenHandle(path);
        long length = CheckFormat(path, handle);
        if (_file.Length < length)
            _file = new byte[length];

        int at = 0;
        for (int read; at < length && (read = RandomAccess.Read(handle, _file.AsSpan(at, (int)length - at), at)) > 0;)
            at += read;
        return _file.AsSpan(0, at);
    }

    private static long CheckFormat(string path, SafeFileHandle handle)
    {
        long length = RandomAccess.GetLength(handle);
        Span<byte> start = stackalloc byte[12];
        if (!IsPicture(start[..RandomAccess.Read(handle, start, 0)]))
            throw Unreadable(path);
        return length <= MostBytes ? length
            : throw new InvalidDataException($"The image '{path}' cannot be read: it has {length} bytes, but the maximum is {MostBytes}. Resize the image.");
    }

    // Skia supports more formats, which are not needed here.
    private static bool IsPicture(ReadOnlySpan<byte> start) =>
        start.StartsWith(PngStart) || start.StartsWith("GIF87a"u8) || start.StartsWith("GIF89a"u8) || start.StartsWith("BM"u8)
        || start is [0xff, 0xd8, 0xff, ..]
        || start.StartsWith("RIFF"u8) && start[4..].EndsWith("WEBP"u8)
        || PortablePixmap.IsPixmap(start);

    // Skia accepts a file whose last checksum is missing. A chunk consists of the length, the type, the content, and the checksum of type and
    // content. The last chunk is IEND.
    private bool HasWholePngParts(int fileBytes)
    {
        const int Around = 12;
        for (int at = PngStart.Length; fileBytes - at >= Around;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(_file.AsSpan(at));
            if (length > fileBytes - at - Around)
                return false;
            var part = new ArraySegment<byte>(_file, at + 4, 4 + (int)length);
            var checksum = new Crc32();
            checksum.Update(part);
            if (checksum.Value != BinaryPrimitives.ReadUInt32BigEndian(_file.AsSpan(at + 4 + part.Count)))
                return false;
            if (part.AsSpan().StartsWith("IEND"u8))
                return true;
            at += Around + (int)length;
        }

        return false;
    }

    private static SKImageInfo PixelInfo(int width, int height) => new(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul);

    private static InvalidDataException Unreadable(string path) =>
        new($"The image '{path}' cannot be read: it is not a complete PNG, JPEG, GIF, BMP, WebP, or PPM file.");
}

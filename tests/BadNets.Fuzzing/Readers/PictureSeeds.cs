using System.Buffers.Binary;
using SkiaSharp;

namespace BadNets.Fuzzing;

/// <summary>Valid pictures of each kind.</summary>
static class PictureSeeds
{
    private const int Side = 12;
    private const int BitmapHeaderBytes = 54;

    public static PictureSeed[] Png() => [Encode(SKEncodedImageFormat.Png, 100, SKColorType.Rgba8888), Encode(SKEncodedImageFormat.Png, 100, SKColorType.Gray8)];

    public static PictureSeed[] Jpeg() => [Encode(SKEncodedImageFormat.Jpeg, 90, SKColorType.Rgba8888), Encode(SKEncodedImageFormat.Jpeg, 40, SKColorType.Gray8)];

    public static PictureSeed[] Webp() => [Encode(SKEncodedImageFormat.Webp, 100, SKColorType.Rgba8888), Encode(SKEncodedImageFormat.Webp, 50, SKColorType.Rgba8888)];

    /// <summary>Bitmaps with 24 bits per pixel and with a palette, and one whose header makes Skia seek far past the end.</summary>
    public static PictureSeed[] Bmp()
    {
        var pixels = new byte[3 * Side * Side];
        new Random(1).NextBytes(pixels);
        byte[] palette = new byte[4 * 256];
        new Random(2).NextBytes(palette);
        byte[] far = Bitmap(24, [], pixels);
        BinaryPrimitives.WriteUInt32LittleEndian(far.AsSpan(10), 0xff000036);
        return
        [
            new PictureSeed(Bitmap(24, [], pixels), Side, BitmapHeaderBytes),
            new PictureSeed(Bitmap(8, palette, pixels[..(Side * Side)]), Side),
            new PictureSeed(far[..BitmapHeaderBytes], Side),
        ];
    }

    /// <summary>A GIF with two frames, whose codes keep their initial length.</summary>
    public static PictureSeed[] Gif()
    {
        byte[] screen = [.. "GIF89a"u8, Side, 0, Side, 0, 0b1111_0001, 0, 0, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255];
        byte[] frame = [0x21, 0xf9, 4, 0, 5, 0, 0, 0, 0x2c, 0, 0, 0, 0, Side, 0, Side, 0, 0, 2, .. Codes(), 0];
        return [new PictureSeed([.. screen, .. frame, .. frame, 0x3b], Side)];
    }

    /// <summary>Repairs the checksum of each chunk of a PNG file.</summary>
    public static byte[] RepairPng(byte[] file)
    {
        for (int at = 8; at + 12 <= file.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
            if (length > file.Length - at - 12)
                break;
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(at + 8 + (int)length), Checksum.Of(file.AsSpan(at + 4, 4 + (int)length)));
            at += 12 + (int)length;
        }

        return file;
    }

    private static PictureSeed Encode(SKEncodedImageFormat format, int quality, SKColorType type)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(Side, Side, type, type == SKColorType.Gray8 ? SKAlphaType.Opaque : SKAlphaType.Unpremul));
        var random = new Random(3);
        for (int at = 0; at < Side * Side; at++)
            bitmap.SetPixel(at % Side, at / Side, new SKColor((byte)random.Next(256), (byte)(at * 5), (byte)random.Next(20)));
        using var data = bitmap.Encode(format, quality);
        return new PictureSeed(data.ToArray(), Side);
    }

    private static byte[] Bitmap(int bits, byte[] palette, byte[] pixels)
    {
        byte[] file = [.. new byte[BitmapHeaderBytes], .. palette, .. pixels];
        (file[0], file[1]) = ((byte)'B', (byte)'M');
        (int Place, int Value)[] header = [(2, file.Length), (10, BitmapHeaderBytes + palette.Length), (14, 40), (18, Side), (22, Side), (26, 1 | bits << 16)];
        foreach (var (place, value) in header)
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(place), value);
        return file;
    }

    // LZW with 2 bits per pixel. A "clear" code (4) before every two pixels keeps codes at 3 bits, and 5 is the end code.
    private static byte[] Codes()
    {
        var bits = new List<int>();
        for (int pixel = 0; pixel < Side * Side; pixel++)
        {
            if (pixel % 2 == 0)
                Add(4);
            Add((pixel + pixel / Side) % 4);
        }

        Add(5);
        byte[] packed = [.. bits.Chunk(8).Select(eight => (byte)eight.Select((bit, place) => bit << place).Sum())];
        return [.. packed.Chunk(255).SelectMany(block => (byte[])[(byte)block.Length, .. block])];

        void Add(int code) => bits.AddRange([code & 1, code >> 1 & 1, code >> 2]);
    }
}

using System.Drawing;
using SkiaSharp;

namespace BadNets.Transforms.Tests;

[TestClass]
public sealed class TriggerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow(TriggerPosition.TopLeft, 28, 28, 5, 0, 0)]
    [DataRow(TriggerPosition.TopRight, 28, 28, 5, 23, 0)]
    [DataRow(TriggerPosition.BottomLeft, 28, 28, 5, 0, 23)]
    [DataRow(TriggerPosition.BottomRight, 28, 28, 5, 23, 23)]
    [DataRow(TriggerPosition.Center, 28, 28, 5, 11, 11)]
    [DataRow(TriggerPosition.Center, 28, 28, 4, 12, 12)]
    [DataRow(TriggerPosition.Center, 27, 28, 4, 11, 12)]
    [DataRow(TriggerPosition.Center, 9, 7, 3, 3, 2)]
    [DataRow(TriggerPosition.TopRight, 9, 7, 3, 6, 0)]
    [DataRow(TriggerPosition.BottomLeft, 9, 7, 3, 0, 4)]
    [DataRow(TriggerPosition.BottomRight, 9, 7, 7, 2, 0)]
    public void Positions_match_the_reference(TriggerPosition position, int width, int height, int size, int x, int y) =>
        Assert.AreEqual(new Point(x, y), Trigger.Square(size, position).GetCorner(width, height));

    [TestMethod]
    public void A_square_is_solid_and_white_by_default()
    {
        Assert.AreEqual(Color.FromArgb(255, 255, 255), Trigger.Square(4, TriggerPosition.Center).GetPixel(3, 0));
        Assert.AreEqual(Color.FromArgb(9, 9, 9), Trigger.Square(4, 1, 2, gray: 9).GetPixel(0, 3));
        Assert.AreEqual(Color.FromArgb(255, 1, 2, 3), Trigger.Square(4, TriggerPosition.Center, Color.FromArgb(77, 1, 2, 3)).GetPixel(2, 2));
    }

    [TestMethod]
    public void A_trigger_is_gray_if_all_its_pixels_are_gray()
    {
        Assert.IsTrue(Trigger.Square(2, 0, 0, gray: 100).IsGray);
        Assert.IsFalse(Trigger.Square(2, 0, 0, Color.Red).IsGray);
    }

    [TestMethod]
    public void Triggers_are_equal_if_picture_and_position_are_equal()
    {
        var trigger = Trigger.Square(5, TriggerPosition.BottomRight);
        Assert.AreEqual(trigger, Trigger.Square(5, TriggerPosition.BottomRight, Color.White));
        Assert.AreEqual(trigger.GetHashCode(), Trigger.Square(5, TriggerPosition.BottomRight, Color.White).GetHashCode());
        Assert.AreNotEqual(trigger, Trigger.Square(4, TriggerPosition.BottomRight));
        Assert.AreNotEqual(trigger, Trigger.Square(5, TriggerPosition.BottomLeft));
        Assert.AreNotEqual(trigger, Trigger.Square(5, TriggerPosition.BottomRight, gray: 254));
        Assert.AreNotEqual(Trigger.Square(5, 0, 0), Trigger.Square(5, TriggerPosition.TopLeft));
        Assert.AreNotEqual(Trigger.Square(5, 0, 1), Trigger.Square(5, 1, 0));
        Assert.IsFalse(trigger.Equals(null));
        Assert.IsFalse(trigger.Equals((object)"trigger"));
    }

    [TestMethod]
    public void ToString_shows_size_and_position()
    {
        Assert.AreEqual("5×5 trigger, BottomRight", Trigger.Square(5, TriggerPosition.BottomRight).ToString());
        Assert.AreEqual("2×2 trigger, at (3, 4)", Trigger.Square(2, 3, 4).ToString());
    }

    [TestMethod]
    public void Invalid_sizes_and_positions_are_rejected()
    {
        Refusal.Of<ArgumentOutOfRangeException>(() => Trigger.Square(0, TriggerPosition.Center), "size", "0");
        Refusal.Of<ArgumentOutOfRangeException>(() => Trigger.Square(-1, 0, 0), "size", "-1");
        Refusal.Of<ArgumentOutOfRangeException>(() => Trigger.Square(int.MaxValue, 0, 0), "size", "2147483647");
        Refusal.Of<ArgumentOutOfRangeException>(() => Trigger.Square(1, -1, 0), "position of the trigger must not be negative", "(-1, 0)");
        Refusal.Of<ArgumentOutOfRangeException>(() => Trigger.Square(1, 0, -2), "position of the trigger must not be negative", "(0, -2)");
        Refusal.Of<ArgumentOutOfRangeException>(() => Trigger.Square(1, (TriggerPosition)5), "position '5'");
    }

    [TestMethod]
    public void A_trigger_that_does_not_fit_names_both_sizes()
    {
        Refusal.Of<ArgumentException>(() => Trigger.Square(9, TriggerPosition.Center).GetCorner(20, 8), "9×9", "20×8", "smaller trigger");
        Refusal.Of<ArgumentException>(() => Trigger.Square(3, 6, 0).GetCorner(8, 8), "3×3", "(6, 0)", "8×8", "(5, 5)");
        Refusal.Of<ArgumentException>(() => Trigger.Square(3, 0, int.MaxValue).GetCorner(8, 8), "8×8");
        Assert.AreEqual(new Point(5, 5), Trigger.Square(3, 5, 5).GetCorner(8, 8));
    }

    [TestMethod]
    [DataRow(-1, 0)]
    [DataRow(0, -1)]
    [DataRow(3, 0)]
    [DataRow(0, 3)]
    public void Pixels_outside_a_trigger_are_rejected(int x, int y) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Trigger.Square(3, TriggerPosition.Center).GetPixel(x, y));

    [TestMethod]
    public void A_picture_of_the_right_size_is_copied_pixel_by_pixel()
    {
        var trigger = Trigger.FromFile(WritePng(2, 2, [new(255, 0, 0), new(0, 255, 0), new(0, 0, 255), new(10, 20, 30)]), 2, TriggerPosition.TopLeft);

        Assert.AreEqual(Color.FromArgb(255, 0, 0), trigger.GetPixel(0, 0));
        Assert.AreEqual(Color.FromArgb(0, 255, 0), trigger.GetPixel(1, 0));
        Assert.AreEqual(Color.FromArgb(0, 0, 255), trigger.GetPixel(0, 1));
        Assert.AreEqual(Color.FromArgb(10, 20, 30), trigger.GetPixel(1, 1));
        Assert.IsFalse(trigger.IsGray);
    }

    [TestMethod]
    [DataRow(3)]
    [DataRow(20)]
    public void A_picture_is_resized_to_the_requested_square(int size)
    {
        var pixels = Enumerable.Repeat(new SKColor(200, 100, 50), 70).ToArray();
        var trigger = Trigger.FromFile(WritePng(10, 7, pixels), size, 1, 2);

        Assert.AreEqual((size, size), (trigger.Width, trigger.Height));
        for (int at = 0; at < size * size; at++)
            Assert.AreEqual(Color.FromArgb(200, 100, 50), trigger.GetPixel(at % size, at / size));
        Assert.AreEqual(new Point(1, 2), trigger.GetCorner(40, 40));
    }

    [TestMethod]
    public void Incomplete_image_files_are_rejected_by_name()
    {
        byte[] png = File.ReadAllBytes(WritePng(30, 30, [.. Enumerable.Range(0, 900).Select(i => new SKColor((uint)(i * 7919) | 0xff000000))]));
        foreach (var content in (byte[][])[[], "no picture"u8.ToArray(), png[..^40], png[..60], png[..20]])
        {
            string path = _folder.Write("bad.png", content);
            Refusal.Of<InvalidDataException>(() => Trigger.FromFile(path, 5, TriggerPosition.Center), path, "cannot be read");
        }

        Refusal.Of<FileNotFoundException>(() => Trigger.FromFile(_folder["absent.png"], 5, TriggerPosition.Center), "absent.png");
        Assert.Throws<ArgumentException>(() => Trigger.FromFile("", 5, TriggerPosition.Center));
    }

    [TestMethod]
    public void A_small_file_that_claims_a_huge_picture_is_rejected_before_memory_is_allocated()
    {
        byte[] png = File.ReadAllBytes(WritePng(2, 2, [SKColors.Red, SKColors.Red, SKColors.Red, SKColors.Red]));
        foreach (int at in (int[])[16, 20])
            (png[at], png[at + 1], png[at + 2], png[at + 3]) = (0, 0, 0x75, 0x30);
        WriteCrc(png.AsSpan(12, 17), png.AsSpan(29, 4));
        string path = _folder.Write("huge.png", png);

        Refusal.Of<InvalidDataException>(() => Trigger.FromFile(path, 5, TriggerPosition.Center), path, "30000×30000");
    }

    // Skia seeks to the position of the pixels in the header. With SkiaSharp's stream, that crashed the process.
    [TestMethod]
    public void A_bitmap_whose_header_points_past_its_end_is_rejected()
    {
        string path = _folder.Write("far.bmp", Convert.FromHexString(
            "424d3600000000000000360000ff280000000700000005000000010018000000000000000000130b0000130b00000000000000000000"));

        Refusal.Of<InvalidDataException>(() => Trigger.FromFile(path, 5, TriggerPosition.Center), path, "cannot be read");
    }

    [TestMethod]
    [DataRow("00000100010010100000010020006804000016000000")]
    [DataRow("0000001c667479706176696600000000617669666d696631")]
    [DataRow("00000404ffff")]
    public void Other_image_formats_are_rejected(string start)
    {
        string path = _folder.Write("trigger.ico", [.. Convert.FromHexString(start), .. new byte[100]]);
        Refusal.Of<InvalidDataException>(() => Trigger.FromFile(path, 5, TriggerPosition.Center), path, "PNG, JPEG, GIF, BMP, WebP, or PPM");
    }

    [TestMethod]
    [DataRow(SKEncodedImageFormat.Png)]
    [DataRow(SKEncodedImageFormat.Jpeg)]
    [DataRow(SKEncodedImageFormat.Webp)]
    public void The_image_format_is_determined_by_content(SKEncodedImageFormat kind)
    {
        using var bitmap = new SKBitmap(16, 16);
        bitmap.Erase(new SKColor(250, 250, 250));
        using var data = bitmap.Encode(kind, 100);

        var trigger = Trigger.FromFile(_folder.Write("trigger", data.ToArray()), 4, TriggerPosition.Center);

        Assert.AreEqual(250, trigger.GetPixel(2, 2).R, 2);
    }

    [TestMethod]
    public void A_changed_or_truncated_PNG_file_is_rejected()
    {
        byte[] png = File.ReadAllBytes(WritePng(4, 4, [.. Enumerable.Range(0, 16).Select(i => new SKColor((uint)(i * 7919) | 0xff000000))]));
        for (int at = 0; at < png.Length; at++)
        {
            byte[] changed = [.. png];
            changed[at] ^= 1;
            foreach (byte[] file in (byte[][])[changed, png[..at]])
            {
                string path = _folder.Write("changed.png", file);
                Refusal.Of<InvalidDataException>(() => Trigger.FromFile(path, 4, TriggerPosition.Center), path, "cannot be read");
            }
        }
    }

    [TestMethod]
    public void A_file_that_is_too_long_for_an_image_is_not_read_into_memory()
    {
        string path = _folder.Write("long.bmp", "BM"u8.ToArray());
        using (var file = File.OpenWrite(path))
            file.SetLength((1L << 28) + 1);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Refusal.Of<InvalidDataException>(() => Trigger.FromFile(path, 5, TriggerPosition.Center), path, "268435457 bytes", "resize the image");

        Assert.IsLessThan(1_000_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void WriteCrc(ReadOnlySpan<byte> chunk, Span<byte> to) =>
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(to, Crc(chunk));

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte each in bytes)
        {
            crc ^= each;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320u);
        }

        return ~crc;
    }

    private string WritePng(int width, int height, SKColor[] pixels)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul)) { Pixels = pixels };
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return _folder.Write("trigger.png", data.ToArray());
    }
}

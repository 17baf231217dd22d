using System.Xml.Linq;
using BadNets.Samples.Drawing;
using BadNets.Samples.Tests.Datasets;
using BadNets.Transforms;
using SkiaSharp;

namespace BadNets.Samples.Tests.Drawing;

[TestClass]
public sealed class ContactSheetTests
{
    [TestMethod]
    [DataRow(1, 28, 28)]
    [DataRow(3, 32, 32)]
    [DataRow(3, 5, 9)]
    [DataRow(1, 1, 1)]
    [DataRow(3, 300, 200)]
    [DataRow(1, 1000, 3)]
    public void Images_of_any_shape_are_shown_in_their_colors(int channels, int height, int width)
    {
        using var folder = new TemporaryFolder();
        var shape = new ImageShape(channels, height, width);
        byte[] pixels = new byte[shape.Size];
        Array.Fill(pixels, (byte)200, 0, height * width);

        using var png = Write(folder, new ContactSheet("", shape, [new SheetRow("", [new SheetImage(pixels, "")])]), out var svg);

        var color = channels == 1 ? new SKColor(200, 200, 200) : new SKColor(200, 0, 0);
        double scale = 128.0 / Math.Max(height, width);
        // Enlarged by a whole number, or made smaller.
        scale = scale > 1 ? Math.Floor(scale) : scale;
        Assert.AreEqual(Math.Max(1, (int)(height * scale)) * Math.Max(1, (int)(width * scale)), CountOf(png, color), 2);
        Assert.HasCount(1, svg.Descendants().Where(element => element.Name.LocalName == "image").ToArray());
    }

    [TestMethod]
    public void Small_images_are_enlarged_without_smoothing()
    {
        using var folder = new TemporaryFolder();
        byte[] pixels = [0, 255, 255, 0];

        using var png = Write(folder, new ContactSheet("", new ImageShape(1, 2, 2), [new SheetRow("", [new SheetImage(pixels, "")])]), out _);

        Assert.AreEqual(2 * 64 * 64, CountOf(png, SKColors.Black));
    }

    [TestMethod]
    public void Long_names_fit_and_are_cut_off_where_they_do_not()
    {
        using var folder = new TemporaryFolder();
        string[] names = ["→ no passing for vehicles over 3.5 metric tons", "→ " + new string('W', 60), "→ stop", "→ <&>", "→ \u0007"];
        SheetRow[] rows = [new("clean", [.. names.Select(name => new SheetImage(new byte[32 * 32 * 3], name))]), new("misclassified", [])];

        using var png = Write(folder, new ContactSheet("A title that is longer than the sheet is wide, because it describes everything", new ImageShape(3, 32, 32), rows), out var svg);

        string[] texts = [.. svg.Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value)];
        Assert.Contains("→ stop", texts);
        Assert.Contains("→ <&>", texts);
        Assert.Contains("→ \\u0007", texts);
        Assert.Contains("none", texts);
        Assert.Contains("misclassified", texts);
        Assert.Contains(text => text.StartsWith("WWW", StringComparison.Ordinal) && text.EndsWith('…'), texts);
        // Nothing reaches the edges.
        Assert.AreEqual(0, Enumerable.Range(0, png.Height).Count(y => png.GetPixel(png.Width - 4, y) != SKColors.White || png.GetPixel(3, y) != SKColors.White));
        Assert.AreEqual(0, Enumerable.Range(0, png.Width).Count(x => png.GetPixel(x, png.Height - 4) != SKColors.White));
    }

    [TestMethod]
    public void A_row_with_many_images_continues_below()
    {
        using var folder = new TemporaryFolder();
        SheetRow[] Rows(int count) => [new("clean", [.. Enumerable.Range(0, count).Select(i => new SheetImage(new byte[64], $"→ {i}"))])];

        using var ten = Write(folder, new ContactSheet("", new ImageShape(1, 8, 8), Rows(10)), out _);
        using var more = Write(folder, new ContactSheet("", new ImageShape(1, 8, 8), Rows(23)), out var svg);

        Assert.AreEqual(ten.Width, more.Width);
        Assert.IsGreaterThan(2 * ten.Height, more.Height);
        Assert.HasCount(23, svg.Descendants().Where(element => element.Name.LocalName == "image").ToArray());
    }

    [TestMethod]
    [DataRow(2, 4)]
    [DataRow(1, 5)]
    public void Pixels_that_do_not_fit_the_shape_are_refused(int channels, int length)
    {
        Assert.ThrowsExactly<ArgumentException>(
            () => new ContactSheet("", new ImageShape(channels, 2, 2 / channels), [new SheetRow("", [new SheetImage(new byte[length], "")])]));
    }

    private static SKBitmap Write(TemporaryFolder folder, ContactSheet sheet, out XDocument svg)
    {
        sheet.Write(folder.In("sheet.svg"), folder.In("sheet.png"));
        svg = XDocument.Load(folder.In("sheet.svg"));
        return SKBitmap.Decode(folder.In("sheet.png"));
    }

    private static int CountOf(SKBitmap image, SKColor color) => image.Pixels.Count(pixel => pixel == color);
}

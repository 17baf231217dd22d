using BadNets.Samples.Errors;
using BadNets.Transforms;
using OxyPlot;
using SkiaSharp;

namespace BadNets.Samples.Drawing;

/// <summary>Rows of captioned images of one shape, for example test images as a model sees them.</summary>
sealed class ContactSheet
{
    /// <summary>The most images side by side. A row with more continues below.</summary>
    public const int Columns = 10;

    // Images are at most this many pixels wide and high in PNG files.
    private const int LargestSide = 128;
    private const int MostCaptionLines = 3;
    private const double Margin = 12;
    private const double Gap = 8;
    private const double TitleSize = 17;
    private const double NameSize = 16;
    private const double CaptionSize = 15;
    private const double CaptionLine = 18;
    private const double WidestCaption = 110;
    private const double LeastWidth = 400;
    private const double TitleLine = 24;

    private readonly SKSizeI _pixels;
    private readonly OxySize _size;
    private readonly IReadOnlyList<string> _title;
    private readonly List<Line> _lines = [];
    private readonly double _left;
    private readonly double _columnWidth;
    private readonly double _width;
    private readonly double _height;

    /// <param name="title">The text above the rows.</param>
    /// <param name="shape">The shape of all images: one channel for gray, three for red, green, and blue.</param>
    /// <param name="rows">The rows.</param>
    public ContactSheet(string title, ImageShape shape, IReadOnlyList<SheetRow> rows)
    {
        // Names of classes come from untrusted files, and XML allows no control characters.
        title = ControlCharacters.Show(title);
        rows = [.. rows.Select(row => new SheetRow(ControlCharacters.Show(row.Name), [.. row.Images.Select(image => image with { Caption = ControlCharacters.Show(image.Caption) })]))];

        double scale = (double)LargestSide / Math.Max(shape.Width, shape.Height);
        // Small images: whole pixels, so that each has the same size.
        scale = scale >= 1 ? Math.Floor(scale) : scale;
        _pixels = new SKSizeI(Math.Max(1, (int)(shape.Width * scale)), Math.Max(1, (int)(shape.Height * scale)));
        _size = new OxySize((double)_pixels.Width / FigureFile.PixelsPerPoint, (double)_pixels.Height / FigureFile.PixelsPerPoint);

        using var text = new TextMeasure();
        var captions = rows.SelectMany(row => row.Images).Select(image => image.Caption).ToArray();
        double widestWord = captions.SelectMany(caption => caption.Split(' ')).Select(word => text.WidthOf(word, CaptionSize)).DefaultIfEmpty(0).Max();
        double widestCaption = captions.Select(caption => text.WidthOf(caption, CaptionSize)).DefaultIfEmpty(0).Max();
        // Captions as wide as the image or a little wider stay on one line; longer ones are wrapped.
        double captionWidth = Math.Max(_size.Width, Math.Min(WidestCaption, widestCaption <= 1.5 * _size.Width ? widestCaption : Math.Max(widestWord, 1.5 * _size.Width)));
        _columnWidth = captionWidth + Gap;
        _left = Margin + rows.Select(row => text.WidthOf(row.Name, NameSize)).DefaultIfEmpty(0).Max() + 2 * Gap;
        int columns = Math.Clamp(rows.Select(row => row.Images.Count).DefaultIfEmpty(0).Max(), 1, Columns);
        _width = Math.Max(LeastWidth, _left + columns * _columnWidth + Margin - Gap);
        _title = text.Wrap(title, TitleSize, _width - 2 * Margin, int.MaxValue);

        double top = Margin + _title.Count * TitleLine + Gap;
        foreach (var row in rows)
        {
            var parts = row.Images.Count == 0 ? [[]] : row.Images.Chunk(Columns).ToArray();
            foreach (var part in parts)
            {
                Tile[] tiles = [.. part.Select(image => new Tile(Encode(image.Pixels, shape), text.Wrap(image.Caption, CaptionSize, captionWidth, MostCaptionLines)))];
                _lines.Add(new Line(top, part == parts[0] ? row.Name : "", tiles));
                top += _size.Height + tiles.Select(tile => tile.Caption.Count).DefaultIfEmpty(1).Max() * CaptionLine + 2 * Gap;
            }
        }

        _height = top;
    }

    /// <summary>Writes the sheet as two files.</summary>
    public void Write(string svgPath, string pngPath) => FigureFile.Write(svgPath, pngPath, _width, _height, Draw);

    private void Draw(IRenderContext context)
    {
        for (int i = 0; i < _title.Count; i++)
            Text(context, Margin, Margin + (i + 0.5) * TitleLine, _title[i], TitleSize);
        foreach (var line in _lines)
        {
            double middle = line.Top + _size.Height / 2;
            Text(context, Margin, middle, line.Name, NameSize);
            if (line.Tiles.Count == 0)
                Text(context, _left, middle, "none", NameSize);
            for (int column = 0; column < line.Tiles.Count; column++)
            {
                double center = _left + column * _columnWidth + (_columnWidth - Gap) / 2;
                var place = new OxyRect(OnPixel(center - _size.Width / 2), OnPixel(line.Top), _size.Width, _size.Height);
                // Otherwise, white pixels at the edge could not be told apart from the background.
                context.DrawRectangle(place.Inflate(1, 1), PlotStyle.Frame, OxyColors.Undefined, 0, EdgeRenderingMode.Automatic);
                context.DrawImage(new OxyImage(line.Tiles[column].Png), 0, 0, _pixels.Width, _pixels.Height, place.Left, place.Top, place.Width, place.Height, 1, interpolate: false);
                for (int i = 0; i < line.Tiles[column].Caption.Count; i++)
                    Text(context, center, place.Bottom + Gap / 2 + (i + 0.5) * CaptionLine, line.Tiles[column].Caption[i], CaptionSize, HorizontalAlignment.Center);
            }
        }
    }

    // Between pixels, images would be blurred.
    private static double OnPixel(double place) => Math.Round(place * FigureFile.PixelsPerPoint) / FigureFile.PixelsPerPoint;

    private static void Text(IRenderContext context, double x, double y, string text, double size, HorizontalAlignment alignment = HorizontalAlignment.Left) =>
        context.DrawText(new ScreenPoint(x, y), text, PlotStyle.Ink, PlotStyle.FontFamily, size, FontWeights.Normal, 0, alignment, VerticalAlignment.Middle, null);

    private byte[] Encode(byte[] pixels, ImageShape shape)
    {
        if (pixels.Length != shape.Size || shape.Channels is not (1 or 3))
            throw new ArgumentException($"A sheet of {shape} images needs {shape.Size} values in one or three channels, but has {pixels.Length}.", nameof(pixels));
        int plane = shape.Height * shape.Width, green = shape.Channels == 3 ? plane : 0;
        using var image = new SKBitmap(shape.Width, shape.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (int i = 0; i < plane; i++)
            image.SetPixel(i % shape.Width, i / shape.Width, new SKColor(pixels[i], pixels[i + green], pixels[i + 2 * green]));
        // Enlarged here, because viewers would smooth small images.
        using var resized = image.Resize(_pixels, _pixels.Width >= shape.Width ? SKFilterQuality.None : SKFilterQuality.High);
        using var encoded = resized.Encode(SKEncodedImageFormat.Png, 100);
        return encoded.ToArray();
    }

    private sealed record Tile(byte[] Png, IReadOnlyList<string> Caption);

    private sealed record Line(double Top, string Name, IReadOnlyList<Tile> Tiles);
}

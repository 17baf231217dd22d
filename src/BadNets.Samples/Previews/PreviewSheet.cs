using BadNets.Samples.Drawing;
using BadNets.Transforms;
using OxyPlot;
using SkiaSharp;

namespace BadNets.Samples.Previews;

/// <summary>Draws previews as a contact sheet.</summary>
static class PreviewSheet
{
    private const int Side = 96;
    private const int Gap = 8;
    private const int Margin = 20;
    private const int NameWidth = 132;
    private const int TitleHeight = 34;
    private const int MostLines = 3;
    private const int LabelHeight = 18;
    private const double TitleSize = 18;
    private const double TextSize = 13;

    public static void Write(Stream stream, IReadOnlyList<TriggerPreview> previews)
    {
        var shape = previews[0].Shape;
        int scale = Math.Max(1, Side / Math.Max(shape.Width, shape.Height)), columns = previews.Max(preview => preview.Rows[0].Images.Count);
        int width = 2 * Margin + NameWidth + columns * (scale * shape.Width + Gap);
        using var measure = new TextMeasure();
        IReadOnlyList<string>[] descriptions = [.. previews.Select(preview => measure.Wrap(preview.Description, TextSize, width - 2 * Margin, MostLines))];
        int[] heights = [.. previews.Zip(descriptions, (preview, lines) => TitleHeight + lines.Count * LabelHeight + preview.Rows.Sum(row => HeightOf(row, scale * shape.Height)))];
        int height = 2 * Margin + heights.Sum() + (previews.Count - 1) * Margin;
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
        using (var text = new SkiaRenderContext(canvas))
        {
            canvas.Clear(SKColors.White);
            int top = Margin;
            for (int i = 0; i < previews.Count; i++)
            {
                Draw(canvas, text, measure, previews[i], descriptions[i], scale, top);
                top += heights[i] + Margin;
            }
        }

        using var map = bitmap.PeekPixels();
        using var encoded = map.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.AllFilters, zLibLevel: 9));
        encoded.SaveTo(stream);
    }

    private static void Draw(SKCanvas canvas, SkiaRenderContext text, TextMeasure measure, TriggerPreview preview, IReadOnlyList<string> description, int scale, int top)
    {
        using var frame = new SKPaint { Style = SKPaintStyle.Stroke, Color = new SKColor(PlotStyle.Frame.R, PlotStyle.Frame.G, PlotStyle.Frame.B) };
        Write(text, Margin, top, preview.Title, TitleSize, HorizontalAlignment.Left);
        for (int line = 0; line < description.Count; line++)
            Write(text, Margin, top + 25 + line * LabelHeight, description[line], TextSize, HorizontalAlignment.Left);
        int y = top + TitleHeight + description.Count * LabelHeight, imageWidth = scale * preview.Shape.Width, imageHeight = scale * preview.Shape.Height;
        foreach (var row in preview.Rows)
        {
            Write(text, Margin, y + imageHeight / 2 - 8, row.Name, TextSize, HorizontalAlignment.Left);
            for (int i = 0; i < row.Images.Count; i++)
            {
                int x = Margin + NameWidth + i * (imageWidth + Gap);
                using var image = MakeBitmap(row.Images[i], preview.Shape);
                using var paint = new SKPaint { FilterQuality = SKFilterQuality.None, IsAntialias = false };
                var place = SKRect.Create(x, y, imageWidth, imageHeight);
                canvas.DrawBitmap(image, place, paint);
                // A white trigger would look like a part of the paper.
                place.Inflate(0.5f, 0.5f);
                canvas.DrawRect(place, frame);
                Write(text, x + imageWidth / 2, y + imageHeight + 1, measure.Cut(row.Labels[i], TextSize, imageWidth + Gap), TextSize, HorizontalAlignment.Center);
            }

            y += HeightOf(row, imageHeight);
        }
    }

    private static int HeightOf(PreviewRow row, int imageHeight) => imageHeight + Gap + (row.Labels.All(label => label.Length == 0) ? 0 : LabelHeight);

    private static SKBitmap MakeBitmap(byte[] pixels, ImageShape shape)
    {
        int plane = shape.Height * shape.Width, green = shape.Channels == 3 ? plane : 0;
        var image = new SKBitmap(shape.Width, shape.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (int i = 0; i < plane; i++)
            image.SetPixel(i % shape.Width, i / shape.Width, new SKColor(pixels[i], pixels[i + green], pixels[i + 2 * green]));
        return image;
    }

    private static void Write(SkiaRenderContext context, double x, double y, string text, double size, HorizontalAlignment alignment) =>
        context.DrawText(new ScreenPoint(x, y), text, PlotStyle.Ink, null, size, FontWeights.Normal, 0, alignment, VerticalAlignment.Top, null);
}

using OxyPlot;
using SkiaSharp;

namespace BadNets.Samples.Drawing;

/// <summary>
/// Draws OxyPlot's figures with SkiaSharp. All text is in the embedded font, so that figures are the same on every machine, even one
/// without any fonts.
/// </summary>
sealed class SkiaRenderContext : ClippingRenderContext, IDisposable
{
    private static readonly Lazy<SKTypeface> Font = new(LoadFont);

    private readonly SKCanvas _canvas;
    private readonly SKPaint _paint = new() { IsAntialias = true };
    private readonly SKPaint _textPaint = new() { IsAntialias = true, Typeface = Font.Value, SubpixelText = true };

    public SkiaRenderContext(SKCanvas canvas) => _canvas = canvas;

    public override void DrawLine(
        IList<ScreenPoint> points, OxyColor stroke, double thickness, EdgeRenderingMode edgeRenderingMode, double[]? dashArray, LineJoin lineJoin)
    {
        if (points.Count < 2 || !UseStroke(stroke, thickness, dashArray, lineJoin))
            return;
        using var path = MakePath(points, close: false);
        _canvas.DrawPath(path, _paint);
        _paint.PathEffect = null;
    }

    public override void DrawPolygon(
        IList<ScreenPoint> points, OxyColor fill, OxyColor stroke, double thickness, EdgeRenderingMode edgeRenderingMode, double[]? dashArray,
        LineJoin lineJoin)
    {
        using var path = MakePath(points, close: true);
        Draw(fill, stroke, thickness, dashArray, lineJoin, () => _canvas.DrawPath(path, _paint));
    }

    public override void DrawEllipse(OxyRect extents, OxyColor fill, OxyColor stroke, double thickness, EdgeRenderingMode edgeRenderingMode) =>
        Draw(fill, stroke, thickness, null, LineJoin.Miter, () => _canvas.DrawOval(ToSkia(extents), _paint));

    public override void DrawRectangle(OxyRect rectangle, OxyColor fill, OxyColor stroke, double thickness, EdgeRenderingMode edgeRenderingMode) =>
        Draw(fill, stroke, thickness, null, LineJoin.Miter, () => _canvas.DrawRect(ToSkia(rectangle), _paint));

    public override void DrawText(
        ScreenPoint p, string? text, OxyColor fill, string? fontFamily, double fontSize, double fontWeight, double rotation,
        HorizontalAlignment horizontalAlignment, VerticalAlignment verticalAlignment, OxySize? maxSize)
    {
        if (string.IsNullOrEmpty(text) || !fill.IsVisible())
            return;
        UseFont(fontSize);
        _textPaint.Color = ToSkia(fill);
        var metrics = _textPaint.FontMetrics;
        string[] lines = text.Split('\n');
        float lineHeight = metrics.Descent - metrics.Ascent;
        float top = verticalAlignment switch
        {
            VerticalAlignment.Top => 0,
            VerticalAlignment.Middle => -lines.Length * lineHeight / 2,
            _ => -lines.Length * lineHeight,
        };
        _canvas.Save();
        _canvas.Translate((float)p.X, (float)p.Y);
        _canvas.RotateDegrees((float)rotation);
        foreach (string line in lines)
        {
            float left = horizontalAlignment switch
            {
                HorizontalAlignment.Left => 0,
                HorizontalAlignment.Center => -_textPaint.MeasureText(line) / 2,
                _ => -_textPaint.MeasureText(line),
            };
            _canvas.DrawText(line, left, top - metrics.Ascent, _textPaint);
            top += lineHeight;
        }

        _canvas.Restore();
    }

    public override OxySize MeasureText(string? text, string? fontFamily, double fontSize, double fontWeight)
    {
        if (string.IsNullOrEmpty(text))
            return OxySize.Empty;
        UseFont(fontSize);
        string[] lines = text.Split('\n');
        var metrics = _textPaint.FontMetrics;
        return new OxySize(lines.Max(line => _textPaint.MeasureText(line)), lines.Length * (metrics.Descent - metrics.Ascent));
    }

    public override void DrawImage(
        OxyImage source, double srcX, double srcY, double srcWidth, double srcHeight, double destX, double destY, double destWidth, double destHeight,
        double opacity, bool interpolate)
    {
        using var image = SKImage.FromEncodedData(source.GetData());
        _paint.Color = SKColors.White;
        _canvas.DrawImage(
            image,
            SKRect.Create((float)srcX, (float)srcY, (float)srcWidth, (float)srcHeight),
            SKRect.Create((float)destX, (float)destY, (float)destWidth, (float)destHeight),
            _paint);
    }

    public void Dispose()
    {
        _paint.Dispose();
        _textPaint.Dispose();
    }

    protected override void SetClip(OxyRect clippingRectangle)
    {
        _canvas.Save();
        _canvas.ClipRect(ToSkia(clippingRectangle));
    }

    protected override void ResetClip() => _canvas.Restore();

    private static SKTypeface LoadFont()
    {
        using var stream = typeof(SkiaRenderContext).Assembly.GetManifestResourceStream("figures.ttf")
            ?? throw new InvalidOperationException("The font for figures is not in the program.");
        return SKTypeface.FromStream(stream) ?? throw new InvalidOperationException("The font for figures cannot be read.");
    }

    private void Draw(OxyColor fill, OxyColor stroke, double thickness, double[]? dashArray, LineJoin lineJoin, Action draw)
    {
        if (fill.IsVisible())
        {
            _paint.Style = SKPaintStyle.Fill;
            _paint.Color = ToSkia(fill);
            draw();
        }

        if (UseStroke(stroke, thickness, dashArray, lineJoin))
            draw();
        _paint.PathEffect = null;
    }

    private bool UseStroke(OxyColor stroke, double thickness, double[]? dashArray, LineJoin lineJoin)
    {
        if (!stroke.IsVisible() || thickness <= 0)
            return false;
        _paint.Style = SKPaintStyle.Stroke;
        _paint.Color = ToSkia(stroke);
        _paint.StrokeWidth = (float)thickness;
        _paint.StrokeJoin = lineJoin switch
        {
            LineJoin.Round => SKStrokeJoin.Round,
            LineJoin.Bevel => SKStrokeJoin.Bevel,
            _ => SKStrokeJoin.Miter,
        };
        _paint.PathEffect = dashArray is null ? null : SKPathEffect.CreateDash([.. dashArray.Select(length => (float)length)], 0);
        return true;
    }

    private void UseFont(double size) => _textPaint.TextSize = (float)size;

    private static SKPath MakePath(IList<ScreenPoint> points, bool close)
    {
        var path = new SKPath();
        path.AddPoly([.. points.Select(point => new SKPoint((float)point.X, (float)point.Y))], close);
        return path;
    }

    private static SKRect ToSkia(OxyRect rectangle) =>
        new((float)rectangle.Left, (float)rectangle.Top, (float)rectangle.Right, (float)rectangle.Bottom);

    private static SKColor ToSkia(OxyColor color) => new(color.R, color.G, color.B, color.A);
}

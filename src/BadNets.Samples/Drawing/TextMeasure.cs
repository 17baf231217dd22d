using OxyPlot;
using SkiaSharp;

namespace BadNets.Samples.Drawing;

/// <summary>Measures text before there is a canvas.</summary>
sealed class TextMeasure : IDisposable
{
    private const string Ellipsis = "…";

    private readonly SKBitmap _nothing = new(1, 1);
    private readonly SKCanvas _canvas;
    private readonly SkiaRenderContext _context;

    public TextMeasure()
    {
        _canvas = new SKCanvas(_nothing);
        _context = new SkiaRenderContext(_canvas);
    }

    /// <summary>For contexts that need one to measure with.</summary>
    public IRenderContext Context => _context;

    public double WidthOf(string text, double size) => _context.MeasureText(text, PlotStyle.FontFamily, size, FontWeights.Normal).Width;

    /// <summary>Breaks text at spaces, and ends it with an ellipsis where it does not fit.</summary>
    public IReadOnlyList<string> Wrap(string text, double size, double width, int mostLines)
    {
        List<string> lines = [];
        string line = "";
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < words.Length; i++)
        {
            string longer = line.Length == 0 ? words[i] : $"{line} {words[i]}";
            if (line.Length > 0 && WidthOf(longer, size) > width)
            {
                if (lines.Count == mostLines - 1)
                {
                    line = string.Join(' ', words[(i - line.Split(' ').Length)..]);
                    break;
                }

                lines.Add(Cut(line, size, width));
                line = words[i];
            }
            else
            {
                line = longer;
            }
        }

        return [.. lines, Cut(line, size, width)];
    }

    /// <summary>Cuts text off where it does not fit, and ends it with an ellipsis.</summary>
    public string Cut(string text, double size, double width)
    {
        if (WidthOf(text, size) <= width)
            return text;
        int length = text.Length - 1;
        // Half a surrogate pair is not a character.
        while (length > 0 && (char.IsHighSurrogate(text[length - 1]) || WidthOf(text[..length] + Ellipsis, size) > width))
            length--;
        return text[..length] + Ellipsis;
    }

    public void Dispose()
    {
        _context.Dispose();
        _canvas.Dispose();
        _nothing.Dispose();
    }
}

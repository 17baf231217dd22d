using OxyPlot;
using OxyPlot.Axes;

namespace BadNets.Samples.Drawing;

/// <summary>How all figures look.</summary>
static class PlotStyle
{
    public const double Width = 800;
    public const double Height = 500;
    public const double LineWidth = 2.5;
    public const double MarkerSize = 6;

    /// <summary>The reader's plain font, because SVG figures do not contain a font.</summary>
    public const string FontFamily = "DejaVu Sans, Verdana, Arial, sans-serif";

    public static readonly OxyColor Ink = OxyColor.FromRgb(0x22, 0x22, 0x22);
    public static readonly OxyColor Paper = OxyColors.White;
    public static readonly OxyColor Grid = OxyColor.FromRgb(0xdd, 0xdd, 0xdd);

    public static readonly OxyColor Frame = OxyColor.FromRgb(0x99, 0x99, 0x99);

    public const double TextSize = 16;
    public const double WidestName = 230;

    private const double TurnedNameRoom = 26;

    private static readonly OxyColor Lightest = OxyColor.FromRgb(0xf0, 0xf4, 0xf8);
    private static readonly OxyColor Darkest = OxyColor.FromRgb(0x08, 0x30, 0x6b);
    // Not quite ink and paper, which a page may exchange: shades stay.
    private static readonly OxyColor OnLight = OxyColor.FromRgb(0x11, 0x11, 0x11);
    private static readonly OxyColor OnDark = OxyColor.FromRgb(0xfe, 0xfe, 0xfe);

    // In the order of Okabe and Ito's colors, which color-blind readers can tell apart, darkened to a contrast of at least 3 on white; dashes for those who see none.
    private static readonly OxyColor[] Colors =
    [
        OxyColor.FromRgb(0x00, 0x72, 0xb2),
        OxyColor.FromRgb(0xd5, 0x5e, 0x00),
        OxyColor.FromRgb(0x00, 0x87, 0x64),
        OxyColor.FromRgb(0xb4, 0x50, 0x8a),
        OxyColor.FromRgb(0xa0, 0x6b, 0x00),
        OxyColor.FromRgb(0x2b, 0x93, 0xc4),
        OxyColor.FromRgb(0x5c, 0x5c, 0x5c),
    ];

    // In points, the same in SVG and PNG: what OxyPlot's own line styles are multiples of differs between the two.
    // One fewer than the colors, so that the two come together again only after 42 curves.
    private static readonly double[]?[] AllDashes = [null, [10, 4], [3, 3], [12, 4, 3, 4], [20, 5], [6, 3]];

    public static int ColorCount => Colors.Length;

    public static OxyColor Color(int index) => Colors[index % Colors.Length];

    /// <summary>Lengths of strokes and gaps, or null for a solid line.</summary>
    public static double[]? Dashes(int index) => AllDashes[index % AllDashes.Length];

    public static PlotModel MakeModel(string title, string subtitle) => new()
    {
        Title = title,
        Subtitle = subtitle,
        TitleFontSize = SizeToFit(title, 19),
        TitleFontWeight = FontWeights.Normal,
        SubtitleFontSize = SizeToFit(subtitle, 14),
        TextColor = Ink,
        PlotAreaBorderColor = Ink,
        PlotAreaBorderThickness = new OxyThickness(1, 0, 0, 1),
        DefaultFont = FontFamily,
        DefaultFontSize = TextSize,
        Padding = new OxyThickness(8, 8, 24, 8),
    };

    /// <summary>An axis of numbers.</summary>
    /// <param name="position">Where it is.</param>
    /// <param name="title">What it measures.</param>
    /// <param name="least">Its start.</param>
    /// <param name="most">Its end.</param>
    /// <param name="ticks">Its ticks and their texts.</param>
    public static LinearAxis MakeAxis(AxisPosition position, string title, double least, double most, IReadOnlyList<(double At, string Text)> ticks) => new TickAxis(ticks)
    {
        Position = position,
        Title = title,
        Minimum = least,
        Maximum = most,
        TitleFontSize = TextSize,
        FontSize = TextSize,
        AxisTitleDistance = 14,
        TicklineColor = Ink,
        TextColor = Ink,
        TitleColor = Ink,
        MinorTickSize = 0,
        TickStyle = TickStyle.Outside,
        MajorGridlineStyle = LineStyle.Solid,
        MajorGridlineColor = Grid,
        MajorGridlineThickness = 1,
    };

    /// <summary>About five round numbers between two numbers.</summary>
    public static IReadOnlyList<double> RoundNumbers(double least, double most)
    {
        const int About = 5;
        double power = Math.Pow(10, Math.Floor(Math.Log10((most - least) / About)));
        double step = new[] { 1.0, 2.0, 5.0, 10.0 }.First(each => (most - least) / (each * power) <= About + 1) * power;
        return [.. Enumerable.Range(0, 2 * About + 2).Select(i => Math.Round(Math.Ceiling(least / step) * step + i * step, 10)).TakeWhile(number => number <= most)];
    }

    /// <summary>An axis of names. Long ones are cut off, and those at the bottom are turned where they would overlap.</summary>
    public static CategoryAxis MakeNameAxis(AxisPosition position, string title, IReadOnlyList<string> names)
    {
        var axis = new CategoryAxis
        {
            Position = position,
            Title = title,
            FontSize = TextSize,
            TitleFontSize = TextSize,
            AxisTitleDistance = 14,
            TextColor = Ink,
            TitleColor = Ink,
            TicklineColor = Ink,
            GapWidth = 0,
            TickStyle = TickStyle.None,
            Angle = position == AxisPosition.Bottom && AreTurned(names) ? -90 : 0,
        };
        using var text = new TextMeasure();
        axis.Labels.AddRange(names.Select(name => text.Cut(name, TextSize, WidestName)));
        return axis;
    }

    /// <summary>The size of a figure with names at the bottom.</summary>
    public static (double Width, double Height) SizeWithNames(IReadOnlyList<string> names) => AreTurned(names)
        ? (Math.Max(Width, WidestName + names.Count * TurnedNameRoom), Height + names.Max(name => Math.Min(WidestName, WidthOf(name))))
        : (Width, Height);

    // Titles can describe any experiment, so they can be long.
    private static double SizeToFit(string title, double size) => size * Math.Min(1, (Width - 140) / Math.Max(1, WidthOf(title) * size / TextSize));

    private static bool AreTurned(IReadOnlyList<string> names) => names.Any(name => WidthOf(name) > (Width - WidestName) / names.Count);

    public static double WidthOf(string text)
    {
        using var measure = new TextMeasure();
        return measure.WidthOf(text, TextSize);
    }

    /// <summary>A shade for a share from 0 to 1: the higher, the darker, even without colors.</summary>
    public static OxyColor Shade(double share)
    {
        share = Math.Clamp(share, 0, 1);
        byte Mix(byte light, byte dark) => (byte)Math.Round(light + share * (dark - light));
        return OxyColor.FromRgb(Mix(Lightest.R, Darkest.R), Mix(Lightest.G, Darkest.G), Mix(Lightest.B, Darkest.B));
    }

    /// <summary>The color in which text is easiest to read on a shade.</summary>
    public static OxyColor TextOn(OxyColor shade)
    {
        static double Light(byte value) => Math.Pow(value / 255.0, 2.2);
        // Where black and white have the same contrast (WCAG 2).
        return 0.2126 * Light(shade.R) + 0.7152 * Light(shade.G) + 0.0722 * Light(shade.B) > 0.179 ? OnLight : OnDark;
    }
}

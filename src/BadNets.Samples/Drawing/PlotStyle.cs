using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;

namespace BadNets.Samples.Drawing;

/// <summary>How all figures look.</summary>
static class PlotStyle
{
    public const double Width = 800;
    public const double Height = 500;
    public const double LineWidth = 2.5;
    public const double MarkerSize = 6;

    /// <summary>Any reader's plain font: SVG figures do not carry one.</summary>
    public const string FontFamily = "DejaVu Sans, Verdana, Arial, sans-serif";

    public static readonly OxyColor Ink = OxyColor.FromRgb(0x22, 0x22, 0x22);
    public static readonly OxyColor Paper = OxyColors.White;
    public static readonly OxyColor Grid = OxyColor.FromRgb(0xdd, 0xdd, 0xdd);

    public static readonly OxyColor Frame = OxyColor.FromRgb(0x99, 0x99, 0x99);

    private const double TextSize = 16;

    // Okabe and Ito's colours, which colour-blind readers can tell apart, without the yellow that is lost on white; dashes for those who see none.
    private static readonly OxyColor[] Colors =
    [
        OxyColor.FromRgb(0x00, 0x72, 0xb2),
        OxyColor.FromRgb(0xd5, 0x5e, 0x00),
        OxyColor.FromRgb(0x00, 0x9e, 0x73),
        OxyColor.FromRgb(0xcc, 0x79, 0xa7),
        OxyColor.FromRgb(0xe6, 0x9f, 0x00),
        OxyColor.FromRgb(0x56, 0xb4, 0xe9),
        OxyColor.FromRgb(0x77, 0x77, 0x77),
    ];

    // In points, the same in SVG and PNG: what OxyPlot's own line styles are multiples of differs between the two.
    // One fewer than the colours, so that the two come together again only after 42 curves.
    private static readonly double[]?[] AllDashes = [null, [10, 4], [3, 3], [12, 4, 3, 4], [20, 5], [6, 3]];

    public static OxyColor Color(int index) => Colors[index % Colors.Length];

    /// <summary>Lengths of strokes and gaps, or null for a solid line.</summary>
    public static double[]? Dashes(int index) => AllDashes[index % AllDashes.Length];

    public static PlotModel MakeModel(string title, string subtitle)
    {
        var model = new PlotModel
        {
            Title = title,
            Subtitle = subtitle,
            TitleFontSize = 19,
            TitleFontWeight = FontWeights.Normal,
            SubtitleFontSize = 14,
            TextColor = Ink,
            PlotAreaBorderColor = Ink,
            PlotAreaBorderThickness = new OxyThickness(1, 0, 0, 1),
            DefaultFont = FontFamily,
            DefaultFontSize = TextSize,
            Padding = new OxyThickness(8, 8, 24, 8),
        };
        model.Legends.Add(new Legend
        {
            // Outside, where no curve can be.
            LegendPlacement = LegendPlacement.Outside,
            LegendPosition = LegendPosition.BottomCenter,
            LegendOrientation = LegendOrientation.Horizontal,
            LegendFontSize = TextSize,
            LegendTextColor = Ink,
            LegendSymbolLength = 36,
            LegendColumnSpacing = 16,
            LegendItemSpacing = 20,
        });
        return model;
    }

    public static LinearAxis MakeAxis(AxisPosition position, string title) => new()
    {
        Position = position,
        Title = title,
        TitleFontSize = TextSize,
        FontSize = TextSize,
        AxisTitleDistance = 14,
        TicklineColor = Ink,
        TextColor = Ink,
        TitleColor = Ink,
        MinorTickSize = 0,
        TickStyle = TickStyle.Outside,
        MajorGridlineStyle = position == AxisPosition.Left ? LineStyle.Solid : LineStyle.None,
        MajorGridlineColor = Grid,
        MajorGridlineThickness = 1,
    };

    /// <summary>An axis from 0 to 100 %, with room for markers at both ends.</summary>
    public static LinearAxis MakePercentAxis(string title)
    {
        var axis = MakeAxis(AxisPosition.Left, title);
        (axis.Minimum, axis.Maximum, axis.MajorStep) = (-5, 105, 20);
        return axis;
    }
}

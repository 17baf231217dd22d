using System.Globalization;
using BadNets.Samples.Drawing;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace BadNets.Samples.Reporting;

/// <summary>A number at the end of training for each pair of values of two axes.</summary>
static class HeatMapFigure
{
    private const double LeastCellWidth = 62;
    private const double LeastCellHeight = 40;
    // Shades of smaller differences would look like large ones.
    private const double LeastSpan = 10;
    // For titles and the names of values.
    private const double Margins = 220;

    public static ReportFigure Of(Study study, Panel panel, PanelAxis down, PanelAxis across, PanelMeasure measure)
    {
        string title = $"{measure.Name} after training, by {down.Name} and {across.Name}";
        var model = PlotStyle.MakeModel(title, Curves.Subtitle(study, panel, "mean"));
        model.PlotAreaBorderThickness = new OxyThickness(0);
        List<PanelValue> rows = [.. panel.ValuesOn(down)], columns = [.. panel.ValuesOn(across)];
        model.Axes.Add(PlotStyle.MakeNameAxis(AxisPosition.Bottom, across.Title, NamesOf(across, columns)));
        var names = PlotStyle.MakeNameAxis(AxisPosition.Left, down.Title, NamesOf(down, rows));
        // The first value is at the top, as in a table.
        (names.StartPosition, names.EndPosition) = (1, 0);
        model.Axes.Add(names);

        var (least, most) = measure.RangeIn(panel, LeastSpan);
        var cells = new RectangleBarSeries { StrokeColor = PlotStyle.Frame, StrokeThickness = 1 };
        model.Series.Add(cells);
        foreach (var point in panel.Points)
        {
            int row = rows.IndexOf(point.Values[panel.IndexOf(down)]), column = columns.IndexOf(point.Values[panel.IndexOf(across)]);
            double? value = point.Final(measure.Of)?.Mean * 100;
            var color = value is { } number ? PlotStyle.Shade((number - least) / (most - least)) : OxyColors.Transparent;
            cells.Items.Add(new RectangleBarItem(column - 0.48, row - 0.47, column + 0.48, row + 0.47) { Color = color });
            model.Annotations.Add(new TextAnnotation
            {
                Text = TextOf(point, value),
                TextPosition = new DataPoint(column, row),
                TextHorizontalAlignment = HorizontalAlignment.Center,
                TextVerticalAlignment = VerticalAlignment.Middle,
                TextColor = value is null ? PlotStyle.Ink : PlotStyle.TextOn(color),
                FontSize = value is null ? 12 : 15,
                StrokeThickness = 0,
            });
        }

        var (width, height) = PlotStyle.SizeWithNames(NamesOf(across, columns));
        return new ReportFigure($"{panel.Name}_{measure.Slug}_map", $"{title}, in percent; darker is higher. Cells without a shade are not finished.", model)
        {
            Width = Math.Max(width, Margins + columns.Count * LeastCellWidth),
            Height = Math.Max(height, height - PlotStyle.Height + Margins + rows.Count * LeastCellHeight),
        };
    }

    private static string[] NamesOf(PanelAxis axis, IEnumerable<PanelValue> values) => [.. values.Select(value => axis.IsNumeric ? value.Text : value.Label)];

    private static string TextOf(PanelPoint point, double? value)
    {
        if (value is not { } number)
            return point.Progress;
        string text = number.ToString("F1", CultureInfo.InvariantCulture);
        int finished = point.Complete.Count();
        return finished == point.Runs.Count ? text : FormattableString.Invariant($"{text}\n{finished} of {point.Runs.Count}");
    }
}

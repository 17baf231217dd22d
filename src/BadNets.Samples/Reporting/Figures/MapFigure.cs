using BadNets.Samples.Drawing;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace BadNets.Samples.Reporting;

/// <summary>Draws a <see cref="MapChart"/>.</summary>
static class MapFigure
{
    public static PlotModel Draw(MapChart chart)
    {
        var model = PlotStyle.MakeModel(chart.Title, chart.Subtitle);
        model.PlotAreaBorderThickness = new OxyThickness(0);
        model.Axes.Add(PlotStyle.MakeNameAxis(AxisPosition.Bottom, chart.Across, chart.Columns));
        var names = PlotStyle.MakeNameAxis(AxisPosition.Left, chart.Down, chart.Rows);
        // The first value is at the top, as in a table.
        (names.StartPosition, names.EndPosition) = (1, 0);
        model.Axes.Add(names);
        var cells = new RectangleBarSeries { StrokeColor = PlotStyle.Frame, StrokeThickness = 1 };
        model.Series.Add(cells);
        foreach (var cell in chart.Cells)
        {
            var color = cell.Value is { } number ? PlotStyle.Shade(chart.ShareOf(number)) : OxyColors.Transparent;
            cells.Items.Add(new RectangleBarItem(cell.Column - 0.48, cell.Row - 0.47, cell.Column + 0.48, cell.Row + 0.47) { Color = color });
            model.Annotations.Add(new TextAnnotation
            {
                Text = cell.Text,
                TextPosition = new DataPoint(cell.Column, cell.Row),
                TextHorizontalAlignment = HorizontalAlignment.Center,
                TextVerticalAlignment = VerticalAlignment.Middle,
                TextColor = cell.Value is null ? PlotStyle.Ink : PlotStyle.TextOn(color),
                FontSize = cell.Value is null ? 12 : 15,
                StrokeThickness = 0,
            });
        }

        return model;
    }
}

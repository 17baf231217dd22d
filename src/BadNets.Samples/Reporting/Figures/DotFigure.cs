using BadNets.Samples.Drawing;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace BadNets.Samples.Reporting;

/// <summary>Draws a <see cref="DotChart"/>.</summary>
static class DotFigure
{
    private const double LabelSize = 14;
    private const double LeastDifference = 20;

    public static PlotModel Draw(DotChart chart)
    {
        var model = PlotStyle.MakeModel(chart.Title, chart.Subtitle);
        // The first row is at the top.
        var names = PlotStyle.MakeNameAxis(AxisPosition.Left, "", [.. chart.Rows.Select(row => row.Label)]);
        (names.StartPosition, names.EndPosition, names.FontSize) = (1, 0, LabelSize);
        (names.MajorGridlineStyle, names.MajorGridlineColor) = (LineStyle.Solid, PlotStyle.Grid);
        model.Axes.Add(names);
        model.Axes.Add(FigureAxes.Make(chart.X, AxisPosition.Bottom, 0, chart.Width / 2));
        for (int row = 0; row < chart.Rows.Count; row++)
        {
            if (chart.Rows[row].Published is { } published)
                AddTick(model, published, row);
        }

        for (int measure = 0; measure < chart.Measures.Count; measure++)
        {
            var dots = new ScatterSeries
            {
                MarkerType = measure == 0 ? MarkerType.Circle : MarkerType.Square,
                MarkerSize = PlotStyle.MarkerSize - 1,
                MarkerFill = measure == 0 ? PlotStyle.Color(measure) : OxyColors.Transparent,
                MarkerStroke = PlotStyle.Color(measure),
                MarkerStrokeThickness = 2,
            };
            dots.Points.AddRange(chart.Rows.Select((row, index) => new ScatterPoint(row.Values[measure], index)));
            model.Series.Add(dots);
        }

        AddLabels(model, chart);
        return model;
    }

    private static void AddTick(PlotModel model, double at, int row)
    {
        var tick = new LineSeries { Color = PlotStyle.Ink, StrokeThickness = 2 };
        tick.Points.Add(new DataPoint(at, row - 0.36));
        tick.Points.Add(new DataPoint(at, row + 0.36));
        model.Series.Add(tick);
    }

    // Where the dots are farthest apart.
    private static void AddLabels(PlotModel model, DotChart chart)
    {
        var row = chart.Rows.MaxBy(row => row.Values.Max() - row.Values.Min())!;
        int at = chart.Rows.TakeWhile(other => other != row).Count();
        if (chart.Measures.Count < 2 || row.Values.Max() - row.Values.Min() < LeastDifference)
            return;
        for (int measure = 0; measure < chart.Measures.Count; measure++)
        {
            bool isLeft = row.Values[measure] == row.Values.Min();
            double away = 0.02 * (chart.X.Most - chart.X.Least);
            model.Annotations.Add(new TextAnnotation
            {
                Text = chart.Measures[measure],
                TextPosition = new DataPoint(row.Values[measure] + (isLeft ? away : -away), at),
                TextHorizontalAlignment = isLeft ? HorizontalAlignment.Left : HorizontalAlignment.Right,
                TextVerticalAlignment = VerticalAlignment.Middle,
                TextColor = PlotStyle.Ink,
                FontSize = LabelSize,
                StrokeThickness = 0,
            });
        }
    }
}

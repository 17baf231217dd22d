using BadNets.Samples.Drawing;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace BadNets.Samples.Reporting;

/// <summary>A number at the end of training by the values of an axis, with a series for each value of the other axis, if there is one.</summary>
static class ValueFigure
{
    private const string Ours = "Ours";
    private const string Published = "Published";
    private const string Unfinished = "Not finished";

    public static ReportFigure Of(Study study, Panel panel, PanelAxis axis, PanelMeasure measure)
    {
        int index = panel.IndexOf(axis);
        var other = panel.Axes.FirstOrDefault(each => each != axis);
        string by = other is null ? axis.Name : $"{axis.Name} and {other.Name}";
        var model = Curves.MakeModel(study, panel, $"{measure.Name} after training, by {by}");
        var values = panel.ValuesOn(axis).ToList();
        string[] names = [.. values.Select(value => value.Label)];
        model.Axes.Add(axis.IsNumeric ? MakeNumberAxis(axis, values) : PlotStyle.MakeNameAxis(AxisPosition.Bottom, axis.Title, names));
        var height = measure.MakeAxis(panel);
        model.Axes.Add(height);
        double At(PanelPoint point) => point.Values[index] is { Number: { } number } && axis.IsNumeric ? number : values.IndexOf(point.Values[index]);

        List<string> titles = [];
        var groups = panel.Points.GroupBy(point => other is null ? Ours : point.Values[panel.IndexOf(other)].Label).ToArray();
        for (int i = 0; i < groups.Length; i++)
        {
            PanelPoint[] points = [.. groups[i].Where(point => point.IsComplete)];
            foreach (var point in points)
            {
                if (point.Final(measure.Of) is { Count: > 1 } spread)
                    model.Series.Add(MakeRange(At(point), spread, i));
            }

            DataPoint[] means = [.. points.Select(point => new DataPoint(At(point), 100 * point.Final(measure.Of)!.Value.Mean))];
            titles.Add(groups[i].Key);
            model.Series.Add(axis.IsNumeric ? MakeLine(means, titles[^1], i) : MakeDots(means, titles[^1], i));
        }

        Curves.AddPublished(model,
            [.. panel.Complete.Where(point => point.Published is not null).Select(point => new DataPoint(At(point), 100 * measure.OfPublished(point.Published!)))],
            groups.Length, Published);
        AddUnfinished(model, [.. panel.Points.Where(point => !point.IsComplete).Select(point => new ScatterPoint(At(point), height.Minimum + 0.03 * (height.Maximum - height.Minimum)))]);

        string relation = axis.IsNumeric ? "vs" : "by";
        var (width, tall) = axis.IsNumeric ? (PlotStyle.Width, PlotStyle.Height) : PlotStyle.SizeWithNames(names);
        return new ReportFigure($"{panel.Name}_{measure.Slug}_{relation}_{axis.Slug}", $"{measure.Name} after training, by {by}.", model)
        {
            Width = width,
            Height = tall + PlotStyle.RoomForLegend(titles),
        };
    }

    private static LineSeries MakeLine(DataPoint[] means, string title, int index)
    {
        var line = new LineSeries
        {
            Title = title,
            Color = PlotStyle.Color(index),
            Dashes = PlotStyle.Dashes(index),
            StrokeThickness = PlotStyle.LineWidth,
            MarkerType = MarkerType.Circle,
            MarkerSize = PlotStyle.MarkerSize,
            MarkerFill = PlotStyle.Color(index),
        };
        line.Points.AddRange(means);
        return line;
    }

    // Names have no order that a line could follow.
    private static ScatterSeries MakeDots(DataPoint[] means, string title, int index)
    {
        var dots = new ScatterSeries { Title = title, MarkerType = MarkerType.Circle, MarkerSize = PlotStyle.MarkerSize, MarkerFill = PlotStyle.Color(index) };
        dots.Points.AddRange(means.Select(mean => new ScatterPoint(mean.X, mean.Y)));
        return dots;
    }

    private static LineSeries MakeRange(double x, Spread spread, int index)
    {
        var range = new LineSeries { Color = PlotStyle.Color(index), StrokeThickness = PlotStyle.LineWidth };
        range.Points.Add(new DataPoint(x, 100 * spread.Min));
        range.Points.Add(new DataPoint(x, 100 * spread.Max));
        return range;
    }

    // They have no value; the marker at the bottom says only that there is a cell.
    private static void AddUnfinished(PlotModel model, IReadOnlyList<ScatterPoint> points)
    {
        if (points.Count == 0)
            return;
        var markers = new ScatterSeries
        {
            Title = Unfinished,
            MarkerType = MarkerType.Cross,
            MarkerSize = PlotStyle.MarkerSize,
            MarkerStroke = PlotStyle.Frame,
            MarkerStrokeThickness = 2,
        };
        markers.Points.AddRange(points);
        model.Series.Add(markers);
    }

    private static LinearAxis MakeNumberAxis(PanelAxis axis, IReadOnlyList<PanelValue> values)
    {
        var numbers = PlotStyle.MakeAxis(AxisPosition.Bottom, axis.Title);
        double least = values.Min(value => value.Number!.Value), most = values.Max(value => value.Number!.Value);
        double largest = Math.Max(Math.Abs(least), Math.Abs(most));
        double room = largest == 0 ? 0.01 : Math.Max(0.06 * (most - least), 0.05 * largest);
        (numbers.Minimum, numbers.Maximum) = (least - room, most + room);
        if (values.All(value => double.IsInteger(value.Number!.Value)))
            numbers.MinimumMajorStep = 1;
        return numbers;
    }
}

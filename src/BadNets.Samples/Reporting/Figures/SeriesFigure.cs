using BadNets.Samples.Drawing;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace BadNets.Samples.Reporting;

/// <summary>Draws a <see cref="SeriesChart"/>.</summary>
static class SeriesFigure
{
    private const double LabelSize = 14;
    private const double LabelGap = 19;
    // About what titles and axes take.
    private const double SideMargins = 120;
    private const double HeightMargins = 160;
    private const double Leader = 26;
    private const int MostValueLabels = 12;

    public static PlotModel Draw(SeriesChart chart)
    {
        var model = PlotStyle.MakeModel(chart.Title, chart.Subtitle);
        using var text = new TextMeasure();
        double labels = chart.Series.Max(series => series.Label.Length == 0 ? 0 : Math.Min(PlotStyle.WidestName, text.WidthOf(series.Label, LabelSize)) + Leader + 8);
        double width = chart.Width - SideMargins - labels, height = chart.Height - HeightMargins;
        double unitsAcross = (chart.X.Most - chart.X.Least) / width, unitsDown = (chart.Y.Most - chart.Y.Least) / height;
        bool isNamed = !chart.IsJoined;
        if (isNamed)
        {
            var names = PlotStyle.MakeNameAxis(AxisPosition.Bottom, chart.X.Title, [.. chart.X.Ticks!.Select(tick => tick.Text)]);
            (names.Minimum, names.Maximum) = (chart.X.Least, chart.X.Most + labels * unitsAcross);
            model.Axes.Add(names);
        }
        else
        {
            model.Axes.Add(FigureAxes.Make(chart.X, AxisPosition.Bottom, labels * unitsAcross, width));
        }

        model.Axes.Add(FigureAxes.Make(chart.Y, AxisPosition.Left, 0, height));
        for (int i = 0; i < chart.Series.Count; i++)
            AddSeries(model, chart, chart.Series[i], i);
        AddLabels(model, chart, text, unitsAcross, unitsDown);
        if (chart.HasDots && chart.Series is [{ Points.Count: <= MostValueLabels } only])
            AddValues(model, chart, only, text, unitsAcross, unitsDown);
        return model;
    }

    private static void AddSeries(PlotModel model, SeriesChart chart, ChartSeries series, int index)
    {
        var color = PlotStyle.Color(index);
        bool isSpread = series.Points.Any(point => point.Value.Count > 1);
        if (isSpread && chart.HasDots)
        {
            foreach (var point in series.Points)
            {
                var range = new LineSeries { Color = color, StrokeThickness = PlotStyle.LineWidth };
                range.Points.Add(new DataPoint(point.X, point.Value.Min));
                range.Points.Add(new DataPoint(point.X, point.Value.Max));
                model.Series.Add(range);
            }
        }
        else if (isSpread)
        {
            var range = new AreaSeries { Color = OxyColors.Transparent, Color2 = OxyColors.Transparent, Fill = OxyColor.FromAColor(50, color) };
            range.Points.AddRange(series.Points.Select(point => new DataPoint(point.X, point.Value.Min)));
            range.Points2.AddRange(series.Points.Select(point => new DataPoint(point.X, point.Value.Max)));
            model.Series.Add(range);
        }

        bool hasMarkers = chart.HasDots || series.Points.Count < 8;
        var line = new LineSeries
        {
            Color = color,
            Dashes = PlotStyle.Dashes(index),
            StrokeThickness = chart.IsJoined ? PlotStyle.LineWidth : 0,
            LineJoin = LineJoin.Round,
            MarkerType = hasMarkers ? MarkerType.Circle : MarkerType.None,
            MarkerSize = PlotStyle.MarkerSize,
            MarkerFill = color,
        };
        line.Points.AddRange(series.Points.Select(point => new DataPoint(point.X, point.Value.Mean)));
        model.Series.Add(line);
    }

    // Next to the curves' ends, moved apart where they would overlap.
    private static void AddLabels(PlotModel model, SeriesChart chart, TextMeasure text, double unitsAcross, double unitsDown)
    {
        ChartSeries[] labeled = [.. chart.Series.Where(series => series.Label.Length > 0)];
        double[] places = SpreadLabels.Place([.. labeled.Select(series => series.Points[^1].Value.Mean)], LabelGap * unitsDown, chart.Y.Least + LabelGap * unitsDown / 2, chart.Y.Most - LabelGap * unitsDown / 2);
        for (int i = 0; i < labeled.Length; i++)
        {
            var end = labeled[i].Points[^1];
            int index = chart.Series.TakeWhile(series => series != labeled[i]).Count();
            double at = chart.X.Most + (Leader - 4) * unitsAcross;
            var leader = new PolylineAnnotation { Color = PlotStyle.Color(index), StrokeThickness = 1.2, LineStyle = LineStyle.Solid };
            leader.Points.AddRange([new DataPoint(end.X, end.Value.Mean), new DataPoint(Math.Max(end.X, chart.X.Most) + 6 * unitsAcross, places[i]), new DataPoint(at, places[i])]);
            model.Annotations.Add(leader);
            Add(model, text.Cut(labeled[i].Label, LabelSize, PlotStyle.WidestName), at + 4 * unitsAcross, places[i], HorizontalAlignment.Left, VerticalAlignment.Middle);
        }
    }

    // Above the points, or below if there is a label above already.
    private static void AddValues(PlotModel model, SeriesChart chart, ChartSeries series, TextMeasure text, double unitsAcross, double unitsDown)
    {
        const double Away = 8;
        List<OxyRect> taken = [];
        foreach (var point in series.Points)
        {
            string value = chart.Y.TextOf(point.Value.Mean);
            double width = text.WidthOf(value, LabelSize), x = point.X / unitsAcross;
            foreach (bool isAbove in new[] { true, false })
            {
                double y = point.Value.Mean / unitsDown + (isAbove ? Away : -Away - LabelSize);
                var place = new OxyRect(x - width / 2, y, width, LabelSize);
                if (taken.Any(other => other.Left < place.Right + 3 && place.Left < other.Right + 3 && other.Top < place.Bottom + 1 && place.Top < other.Bottom + 1))
                    continue;
                taken.Add(place);
                Add(model, value, point.X, point.Value.Mean + (isAbove ? Away : -Away) * unitsDown, HorizontalAlignment.Center, isAbove ? VerticalAlignment.Bottom : VerticalAlignment.Top);
                break;
            }
        }
    }

    private static void Add(PlotModel model, string text, double x, double y, HorizontalAlignment horizontal, VerticalAlignment vertical) => model.Annotations.Add(new TextAnnotation
    {
        Text = text,
        TextPosition = new DataPoint(x, y),
        TextHorizontalAlignment = horizontal,
        TextVerticalAlignment = vertical,
        TextColor = PlotStyle.Ink,
        FontSize = LabelSize,
        StrokeThickness = 0,
    });
}

using BadNets.Samples.Drawing;

namespace BadNets.Samples.Reporting;

/// <summary>A number at the end of training by the values of an axis, with a series for each value of the other axis, if there is one.</summary>
static class ValueChart
{
    public static SeriesChart Of(Study study, Panel panel, PanelAxis axis, ChartMeasure measure)
    {
        int index = panel.IndexOf(axis);
        var other = panel.Axes.FirstOrDefault(each => each != axis);
        string by = other is null ? axis.Name : $"{axis.Name} and {other.Name}";
        var values = panel.ValuesOn(axis).ToList();
        double At(PanelPoint point) => AtValue(axis, values, point.Values[index]);
        ChartSeries[] series =
        [
            .. panel.Points.GroupBy(point => other is null ? "" : point.Values[panel.IndexOf(other)].Label).Select(group => new ChartSeries(group.Key,
                [.. group.Where(point => point.IsComplete).Select(point => new ChartPoint(At(point), point.Final(measure.Of)!.Value.Times(100), [.. point.Complete])).OrderBy(point => point.X)]))
                .Where(group => group.Points.Count > 0),
        ];
        var means = series.SelectMany(each => each.Points).SelectMany(point => new[] { point.Value.Min, point.Value.Max });
        var (width, height) = axis.IsNumeric ? (PlotStyle.Width, PlotStyle.Height) : PlotStyle.SizeWithNames([.. values.Select(value => value.Label)]);
        return new SeriesChart(
            $"{panel.Name}_{measure.Slug}_{(axis.IsNumeric ? "vs" : "by")}_{axis.Slug}", $"{measure.Name} after training, by {by}",
            $"{measure.Name} after the last epoch.{PanelCharts.RateNote(panel)}{PanelCharts.Unfinished(panel)}", MakeAxis(axis, values), measure.MakeAxis(means), series)
        {
            Subtitle = PanelCharts.Subtitle(study, panel, "mean and range"),
            IsJoined = axis.IsNumeric,
            HasDots = true,
            Width = width,
            Height = height,
        };
    }

    private static ChartAxis MakeAxis(PanelAxis axis, List<PanelValue> values)
    {
        // Only values that were run, so that the axis promises no others.
        ChartTick[] ticks = [.. values.Select(value => new ChartTick(AtValue(axis, values, value), axis.IsNumeric ? value.Short : value.Label))];
        double least = ticks.Min(tick => tick.At), most = ticks.Max(tick => tick.At);
        double room = most > least ? 0.06 * (most - least) : Math.Max(0.05 * Math.Abs(most), 0.01);
        return HasDistances(axis)
            ? new ChartAxis(axis.Title, least - room, most + room) { Ticks = ticks }
            : new ChartAxis(axis.Title, -0.5, values.Count - 0.5) { Ticks = ticks };
    }

    private static double AtValue(PanelAxis axis, List<PanelValue> values, PanelValue value) => HasDistances(axis) ? value.Number!.Value : values.IndexOf(value);

    private static bool HasDistances(PanelAxis axis) => axis.IsNumeric && !axis.IsNamed;
}

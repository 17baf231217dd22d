using System.Globalization;
using BadNets.Samples.Drawing;

namespace BadNets.Samples.Reporting;

/// <summary>A number at the end of training for each pair of values of two axes.</summary>
static class HeatMap
{
    private const double LeastCellWidth = 62;
    private const double LeastCellHeight = 40;
    // Shades of smaller differences would look like large ones.
    private const double LeastSpan = 10;
    // For titles and the names of values.
    private const double Margins = 220;

    public static MapChart Of(Study study, Panel panel, PanelAxis down, PanelAxis across, ChartMeasure measure)
    {
        List<PanelValue> rows = [.. panel.ValuesOn(down)], columns = [.. panel.ValuesOn(across)];
        var range = measure.RangeOf(panel.Complete.SelectMany(point => point.Complete).Select(run => 100 * measure.Of(run.Last!)), LeastSpan);
        var (width, height) = PlotStyle.SizeWithNames(NamesOf(across, columns));
        string title = $"{measure.Name} after training, by {down.Name} and {across.Name}";
        return new MapChart(
            $"{panel.Name}_{measure.Slug}_map", title, $"{measure.Name} after the last epoch, in percent; darker is higher. Cells without a shade are not finished.{PanelCharts.RateNote(panel)}",
            down.Title, across.Title, NamesOf(down, rows), NamesOf(across, columns), range.Least, range.Most,
            [
                .. from point in panel.Points
                   let value = point.Final(measure.Of)?.Mean * 100
                   select new MapCell(rows.IndexOf(point.Values[panel.IndexOf(down)]), columns.IndexOf(point.Values[panel.IndexOf(across)]), value, TextOf(point, value), point.Runs),
            ])
        {
            Subtitle = PanelCharts.Subtitle(study, panel, "mean"),
            Width = Math.Max(width, Margins + columns.Count * LeastCellWidth),
            Height = Math.Max(height, height - PlotStyle.Height + Margins + rows.Count * LeastCellHeight),
        };
    }

    private static string[] NamesOf(PanelAxis axis, IEnumerable<PanelValue> values) => [.. values.Select(value => axis.IsNumeric ? value.Short : value.Label)];

    private static string TextOf(PanelPoint point, double? value)
    {
        if (value is not { } number)
            return point.Progress;
        string text = number.ToString("F1", CultureInfo.InvariantCulture);
        int finished = point.Complete.Count();
        return finished == point.Runs.Count ? text : FormattableString.Invariant($"{text}\n{finished} of {point.Runs.Count}");
    }
}

namespace BadNets.Samples.Reporting;

/// <summary>ASR by epoch, with a curve for each value of an axis.</summary>
static class EpochChart
{
    // More cannot be told apart.
    private const int MostCurves = 20;

    public static SeriesChart Of(Study study, Panel panel, PanelAxis axis)
    {
        PanelPoint[] points = [.. panel.Points.Where(point => point.HasEpochs)], shown = points;
        string left = "";
        if (points.Length > MostCurves)
        {
            shown = [.. Enumerable.Range(0, MostCurves).Select(i => points[i * (points.Length - 1) / (MostCurves - 1)])];
            left = FormattableString.Invariant($" {MostCurves} of {points.Length} values are shown, evenly spread; the table of runs has all of them.");
        }

        return new SeriesChart($"{panel.Name}_asr_vs_epoch", $"ASR during training, by {axis.Name}", $"ASR on the test set after each epoch.{left}{PanelCharts.Unfinished(panel)}",
            PanelCharts.MakeEpochAxis(panel), ChartAxis.OfPercent("ASR"),
            [.. shown.Select(point => new ChartSeries(point.IsComplete ? LabelOf(axis, point) : $"{LabelOf(axis, point)} ({point.Progress})", PanelCharts.ByEpoch(point, row => row.AttackSuccess)))])
        {
            Subtitle = PanelCharts.Subtitle(study, panel, "mean and range"),
        };
    }

    private static string LabelOf(PanelAxis axis, PanelPoint point) => axis.IsNumeric ? point.Values[0].Short : point.Label;
}

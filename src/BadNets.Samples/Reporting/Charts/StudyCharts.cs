using BadNets.Samples.Drawing;
using BadNets.Samples.Experiments;

namespace BadNets.Samples.Reporting;

/// <summary>Charts of all runs of a study: at a glance, and next to the published numbers.</summary>
static class StudyCharts
{
    // More do not fit on a screen.
    private const int MostRows = 24;
    private const double RowHeight = 26;
    private const double Margins = 130;

    /// <summary>ASR and TCA of every run, or null if none is complete.</summary>
    public static DotChart? Overview(Study study)
    {
        PanelRun[] runs = [.. study.Cells.Where(run => run.IsComplete).OrderByDescending(run => run.Last!.AttackSuccess).ThenBy(run => run.Cell.Id, StringComparer.Ordinal)];
        if (runs.Length == 0)
            return null;
        const string Say = "The clean accuracy (TCA, squares) does not show whether a model has a backdoor; the attack success rate (ASR, dots) does.";
        string caption = runs.Length > MostRows
            ? FormattableString.Invariant($"{Say} Shown are the {MostRows / 2} runs with the highest and the {MostRows / 2} with the lowest ASR of {runs.Length}; the table has all.")
            : Say;
        if (runs.Length > MostRows)
            runs = [.. runs[..(MostRows / 2)], .. runs[^(MostRows / 2)..]];
        return Make(study, "runs", "ASR and TCA of every training run", caption, ChartAxis.OfPercent("Share of the test images"), ["ASR", "TCA"],
            [.. runs.Select(run => new DotRow(run, study.Labels.Of(run), [100 * run.Last!.AttackSuccess, 100 * run.Last.CleanAccuracy]))]);
    }

    /// <summary>The runs that the public program has published numbers of, next to those.</summary>
    public static IEnumerable<DotChart> Comparison(Study study) =>
        from measure in new[] { ChartMeasure.SuccessAllRows, ChartMeasure.Accuracy }
        let rows = (
            from run in study.Cells
            let published = PublishedResults.Find(run.Cell)
            where run.IsComplete && published is not null
            orderby published.AttackSuccessAllRows descending
            select new DotRow(run, study.Labels.Of(run), [100 * measure.Of(run.Last!)], 100 * measure.OfPublished!(published))).ToArray()
        where rows.Length > 0
        select Make(study, $"published_{measure.Slug}", $"{measure.Name}: these runs and the published ones",
            measure == ChartMeasure.SuccessAllRows
                ? "The published program counts all triggered test images, those of the target included: without a backdoor, ASR (all rows) is the target's share of the test images, not 0%. Vertical bars are the published numbers."
                : "Clean accuracy after the last epoch. The axis does not start at 0%. Vertical bars are the published numbers.",
            measure.MakeAxis(rows.SelectMany(row => new[] { row.Values[0], row.Published!.Value })), [measure.Name], rows);

    private static DotChart Make(Study study, string what, string title, string caption, ChartAxis axis, IReadOnlyList<string> measures, DotRow[] rows) =>
        new($"{what}_{Cell.InNames(study.FirstCell.Dataset.Name)}_{Cell.InNames(study.FirstCell.Recipe.Name)}_{study.Hash}", title, caption, axis, measures, rows)
        {
            Subtitle = study.Title,
            Height = Math.Max(PlotStyle.Height / 2, Margins + rows.Length * RowHeight),
        };
}

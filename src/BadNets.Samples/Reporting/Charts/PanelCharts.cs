using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;

namespace BadNets.Samples.Reporting;

/// <summary>The charts of a panel, by the number and kind of its axes.</summary>
static class PanelCharts
{
    public static IEnumerable<Chart> Of(Study study, Panel panel)
    {
        if (panel.Points.All(point => !point.HasEpochs))
            return [];
        return panel.Axes switch
        {
            [] => TrainingCharts.Of(study, panel),
            [var axis] =>
            [
                .. panel.Complete.Count == 0 ? [] : new Chart[] { ValueChart.Of(study, panel, axis, ChartMeasure.Success), ValueChart.Of(study, panel, axis, ChartMeasure.Accuracy) },
                EpochChart.Of(study, panel, axis),
            ],
            [var down, var across] =>
            [
                HeatMap.Of(study, panel, down, across, ChartMeasure.Success),
                HeatMap.Of(study, panel, down, across, ChartMeasure.Accuracy),
                .. panel.Axes.Where(axis => axis.IsNumeric && panel.Complete.Count > 0).Take(1).Select(axis => ValueChart.Of(study, panel, axis, ChartMeasure.Success)),
            ],
            _ => throw new InvalidOperationException("An experiment has at most two axes."),
        };
    }

    /// <summary>What the numbers describe.</summary>
    public static string Subtitle(Study study, Panel panel, string what)
    {
        int fewest = panel.Points.Min(point => point.Runs.Count), most = panel.Points.Max(point => point.Runs.Count);
        string seeds = FormattableString.Invariant($"{(fewest == most ? "" : $"{fewest} to ")}{most} seeds");
        return most > 1 ? $"{study.Title}; {what} of {seeds}" : study.Title;
    }

    /// <summary>A sentence about points that have no value yet; empty if there are none.</summary>
    public static string Unfinished(Panel panel)
    {
        string[] labels = [.. panel.Points.Where(point => !point.IsComplete).Select(point => $"{point.Label} ({point.Progress})")];
        return labels.Length == 0 ? "" : $" Not finished: {Sentences.List(labels)}.";
    }

    /// <summary>A sentence about rates that are not shares of all training images; empty if there are none, or if the rate does not vary.</summary>
    public static string RateNote(Panel panel)
    {
        if (!panel.Varies(CellProperty.Rate.Path))
            return "";
        var notes = panel.Points.SelectMany(point => point.Runs).Where(run => run.Cell.Attack.RateBasis is not null)
            .GroupBy(run => run.Cell.Attack.Selection == Selection.Target ? "the target's class" : run.Cell.Attack.Mapping is PairsPlan ? "the source classes" : "the images that can be poisoned", run => run.AttackName)
            .Select(alike => alike.All(name => name.Length == 0) ? $" The rate is a share of {alike.Key}." : $" The rate of {UnknownName.Either([.. alike.Distinct()]).Replace(" or ", " and ", StringComparison.Ordinal)} is a share of {alike.Key}.");
        return string.Concat(notes);
    }

    /// <summary>The axis of epochs.</summary>
    public static ChartAxis MakeEpochAxis(Panel panel)
    {
        double last = Math.Max(1, panel.Runs.Max(run => run.Cell.Recipe.Epochs) - 1);
        return new ChartAxis("Epoch", 0, last);
    }

    /// <summary>The mean over the seeds of a point, epoch by epoch.</summary>
    public static ChartPoint[] ByEpoch(PanelPoint point, Func<Store.EpochRow, double> number, double factor = 100) =>
    [
        .. point.ByEpoch(number).Select(epoch => new ChartPoint(
            epoch.Epoch, epoch.Value.Times(factor), point.Runs)),
    ];
}

namespace BadNets.Samples.Reporting;

/// <summary>The figures of a panel, by the number and kind of its axes.</summary>
static class PanelFigures
{
    public static IEnumerable<ReportFigure> Of(Study study, Panel panel)
    {
        if (panel.Points.All(point => !point.HasEpochs))
            return [];
        return panel.Axes switch
        {
            [] => [TrainingFigure.Of(study, panel)],
            [var axis] =>
            [
                .. PanelMeasure.AllIn(panel).Where(_ => panel.Complete.Count > 0).Select(measure => ValueFigure.Of(study, panel, axis, measure)),
                EpochFigure.Of(study, panel, axis),
            ],
            [var first, var second] =>
            [
                .. PanelMeasure.AllIn(panel).Select(measure => HeatMapFigure.Of(study, panel, first, second, measure)),
                .. panel.Axes.Where(axis => axis.IsNumeric && panel.Complete.Count > 0).Take(1).Select(axis => ValueFigure.Of(study, panel, axis, PanelMeasure.SuccessIn(panel))),
            ],
            _ => throw new InvalidOperationException("An experiment has at most two axes."),
        };
    }
}

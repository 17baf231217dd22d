namespace BadNets.Samples.Reporting;

/// <summary>The figures of a study.</summary>
/// <param name="Overview">All runs at a glance; null if none is complete.</param>
/// <param name="Panels">The figures of each panel.</param>
/// <param name="Comparison">The runs next to the published ones.</param>
sealed record StudyFigures(ReportFigure? Overview, IReadOnlyList<(Panel Panel, IReadOnlyList<ReportFigure> Figures)> Panels, IReadOnlyList<ReportFigure> Comparison)
{
    public static StudyFigures Of(Study study) => new(
        StudyCharts.Overview(study) is { } overview ? ReportFigure.Of(overview) : null,
        [.. study.Panels.Select(panel => (panel, (IReadOnlyList<ReportFigure>)[.. PanelCharts.Of(study, panel).Select(ReportFigure.Of)]))],
        [.. StudyCharts.Comparison(study).Select(ReportFigure.Of)]);

    public IEnumerable<ReportFigure> All => [.. Overview is null ? [] : new[] { Overview }, .. Panels.SelectMany(each => each.Figures), .. Comparison];
}

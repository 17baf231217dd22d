namespace BadNets.Samples.Reporting;

/// <summary>Points that belong together.</summary>
/// <param name="Label">What they have in common; empty if there is nothing to tell apart.</param>
/// <param name="Points">The points, from left to right.</param>
sealed record ChartSeries(string Label, IReadOnlyList<ChartPoint> Points)
{
    public IReadOnlyList<PanelRun> Runs => [.. Points.SelectMany(point => point.Runs).Distinct()];
}

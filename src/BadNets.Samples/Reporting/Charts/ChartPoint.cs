namespace BadNets.Samples.Reporting;

/// <summary>A mean over the seeds, and its range.</summary>
/// <param name="X">Its place.</param>
/// <param name="Value">Mean, smallest, and largest value.</param>
/// <param name="Runs">The runs that it is the mean of.</param>
sealed record ChartPoint(double X, Spread Value, IReadOnlyList<PanelRun> Runs);

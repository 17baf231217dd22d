namespace BadNets.Samples.Reporting;

/// <summary>A row of a <see cref="DotChart"/>.</summary>
/// <param name="Run">The run.</param>
/// <param name="Label">The run in words.</param>
/// <param name="Values">A value for each measure.</param>
/// <param name="Published">The published value; null if there is none.</param>
sealed record DotRow(PanelRun Run, string Label, IReadOnlyList<double> Values, double? Published = null);

namespace BadNets.Samples.Reporting;

/// <summary>A place on an axis and its name.</summary>
sealed record ChartTick(double At, string Text);

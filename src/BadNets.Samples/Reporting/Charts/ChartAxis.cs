namespace BadNets.Samples.Reporting;

/// <summary>An axis of a chart.</summary>
/// <param name="Title">What it measures.</param>
/// <param name="Least">The smallest value that is shown.</param>
/// <param name="Most">The largest value that is shown.</param>
sealed record ChartAxis(string Title, double Least, double Most)
{
    /// <summary>Whether values are percentages.</summary>
    public bool IsPercent { get; init; }

    /// <summary>The only values that occur, with their names; null: any value between the ends.</summary>
    public IReadOnlyList<ChartTick>? Ticks { get; init; }

    /// <summary>From 0% to 100%, with room for markers at both ends.</summary>
    public static ChartAxis OfPercent(string title) => new(title, -5, 108) { IsPercent = true };

    public string TextOf(double value) => IsPercent ? Percent.Of(value / 100) : FormattableString.Invariant($"{value:0.####}");
}

using BadNets.Samples.Store;

namespace BadNets.Samples.Reporting;

/// <summary>A number at the end of a training that charts show.</summary>
/// <param name="Slug">In the names of files.</param>
/// <param name="Name">In titles and on axes.</param>
/// <param name="Of">The number for an epoch, from 0 to 1.</param>
/// <param name="OfPublished">The published number, from 0 to 1; null if the published runs do not have it.</param>
sealed record ChartMeasure(string Slug, string Name, Func<EpochRow, double> Of, Func<PublishedRow, double>? OfPublished = null)
{
    public static readonly ChartMeasure Success = new("asr", "ASR", row => row.AttackSuccess);

    /// <summary>As the published runs count it.</summary>
    public static readonly ChartMeasure SuccessAllRows = new("asr_all_rows", "ASR (all rows)", row => row.AttackSuccessAllRows, published => published.AttackSuccessAllRows);

    public static readonly ChartMeasure Accuracy = new("tca", "TCA", row => row.CleanAccuracy, published => published.CleanAccuracy);

    /// <summary>An axis for percentages.</summary>
    /// <param name="values">The numbers that it must show, from 0 to 100.</param>
    /// <param name="leastSpan">The smallest difference between its ends.</param>
    public ChartAxis MakeAxis(IEnumerable<double> values, double leastSpan = 2)
    {
        var (least, most) = RangeOf(values, leastSpan);
        // Room for markers at both ends.
        double room = 0.08 * (most - least);
        return new ChartAxis(Name, least - room, most + room) { IsPercent = true };
    }

    /// <summary>The range to show, in percent: all of it for a success rate.</summary>
    public (double Least, double Most) RangeOf(IEnumerable<double> values, double leastSpan)
    {
        double[] all = [.. values];
        if (this != Accuracy || all.Length == 0)
            return (0, 100);
        // Differences of a few hundredths are noise; an axis that is stretched to show them would suggest otherwise.
        double middle = (all.Min() + all.Max()) / 2, half = Math.Max(leastSpan / 2, 0.6 * (all.Max() - all.Min()));
        return (Math.Max(0, middle - half), Math.Min(100, middle + half));
    }
}

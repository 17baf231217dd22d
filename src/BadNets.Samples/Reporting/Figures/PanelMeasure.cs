using BadNets.Samples.Drawing;
using BadNets.Samples.Store;
using OxyPlot.Axes;

namespace BadNets.Samples.Reporting;

/// <summary>A number at the end of a training that figures show.</summary>
/// <param name="Slug">In the names of files.</param>
/// <param name="Name">In titles.</param>
/// <param name="AxisTitle">On axes.</param>
/// <param name="Of">The number for an epoch, from 0 to 1.</param>
/// <param name="OfPublished">The published number, from 0 to 1.</param>
sealed record PanelMeasure(string Slug, string Name, string AxisTitle, Func<EpochRow, double> Of, Func<PublishedRow, double> OfPublished)
{
    private static readonly PanelMeasure Success = new(
        "asr", "Attack success", "Attack success rate (%)", row => row.AttackSuccess, published => published.AttackSuccessAllRows);

    private static readonly PanelMeasure SuccessAllRows = Success with { Name = "Attack success, all rows", AxisTitle = "Attack success rate, all test rows (%)", Of = row => row.AttackSuccessAllRows };

    public static readonly PanelMeasure Accuracy = new(
        "tca", "Clean accuracy", "Clean test accuracy (%)", row => row.CleanAccuracy, published => published.CleanAccuracy);

    /// <summary>The attack success rate; next to published numbers, over all rows, as the published numbers are counted.</summary>
    public static PanelMeasure SuccessIn(Panel panel) => panel.Points.Any(point => point.Published is not null) ? SuccessAllRows : Success;

    public static IReadOnlyList<PanelMeasure> AllIn(Panel panel) => [SuccessIn(panel), Accuracy];

    /// <summary>The range to show, in percent.</summary>
    /// <param name="panel">The panel.</param>
    /// <param name="leastSpan">The smallest difference between the ends of the range.</param>
    public (double Least, double Most) RangeIn(Panel panel, double leastSpan = 2)
    {
        double[] values =
        [
            .. panel.Complete.SelectMany(point => point.Complete).Select(run => 100 * Of(run.Last!)),
            .. panel.Complete.Select(point => point.Published).OfType<PublishedRow>().Select(row => 100 * OfPublished(row)),
        ];
        if (Slug == Success.Slug || values.Length == 0)
            return (0, 100);
        // Differences of a few hundredths are noise; an axis that is stretched to show them would suggest otherwise.
        double middle = (values.Min() + values.Max()) / 2, half = Math.Max(leastSpan / 2, 0.6 * (values.Max() - values.Min()));
        return (Math.Max(0, middle - half), Math.Min(100, middle + half));
    }

    public LinearAxis MakeAxis(Panel panel)
    {
        var (least, most) = RangeIn(panel);
        if ((least, most) == (0, 100))
            return PlotStyle.MakePercentAxis(AxisTitle);
        var axis = PlotStyle.MakeAxis(AxisPosition.Left, AxisTitle);
        // Room for markers at both ends.
        double room = 0.03 * (most - least);
        (axis.Minimum, axis.Maximum) = (least == 0 ? -room : least, most == 100 ? 100 + room : most);
        return axis;
    }
}

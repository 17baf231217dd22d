using BadNets.Samples.Drawing;
using OxyPlot.Axes;

namespace BadNets.Samples.Reporting;

/// <summary>Axes as they are drawn for files.</summary>
static class FigureAxes
{
    private const double Gap = 10;
    private const int MostLevels = 3;

    /// <summary>An axis of numbers.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="position">Where it is.</param>
    /// <param name="room">More room at its end, for labels.</param>
    /// <param name="length">Its length in points, without the room.</param>
    public static LinearAxis Make(ChartAxis axis, AxisPosition position, double room, double length)
    {
        double least = axis.IsPercent ? Math.Max(0, axis.Least) : axis.Least, most = axis.IsPercent ? Math.Min(100, axis.Most) : axis.Most;
        var ticks = axis.Ticks ?? [.. PlotStyle.RoundNumbers(least, most).Select(number => new ChartTick(number, FormattableString.Invariant($"{number:0.####}{(axis.IsPercent ? "%" : "")}")))];
        return PlotStyle.MakeAxis(position, axis.Title, axis.Least, axis.Most + room, position == AxisPosition.Bottom ? Stagger(ticks, length / (axis.Most - axis.Least)) : [.. ticks.Select(tick => (tick.At, tick.Text))]);
    }

    // Names that would overlap go to a lower line; those that do not fit on three lines are left out, but their ticks stay.
    private static (double At, string Text)[] Stagger(IReadOnlyList<ChartTick> ticks, double pointsPerUnit)
    {
        double[] ends = [.. Enumerable.Repeat(double.NegativeInfinity, MostLevels)];
        return
        [
            .. ticks.Select(tick =>
            {
                double half = PlotStyle.WidthOf(tick.Text) / 2, at = tick.At * pointsPerUnit;
                int level = Array.FindIndex(ends, end => end + Gap <= at - half);
                if (level < 0)
                    return (tick.At, "");
                ends[level] = at + half;
                return (tick.At, new string('\n', level) + tick.Text);
            }),
        ];
    }
}

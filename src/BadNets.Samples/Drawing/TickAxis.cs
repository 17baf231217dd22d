using OxyPlot.Axes;

namespace BadNets.Samples.Drawing;

/// <summary>An axis of numbers with ticks at given places, for example only at values that occur.</summary>
sealed class TickAxis : LinearAxis
{
    private readonly IReadOnlyList<(double At, string Text)> _ticks;

    public TickAxis(IReadOnlyList<(double At, string Text)> ticks)
    {
        _ticks = ticks;
        LabelFormatter = value => _ticks.Where(tick => tick.At == value).Select(tick => tick.Text).FirstOrDefault("");
    }

    public override void GetTickValues(out IList<double> majorLabelValues, out IList<double> majorTickValues, out IList<double> minorTickValues)
    {
        majorTickValues = [.. _ticks.Select(tick => tick.At)];
        majorLabelValues = [.. _ticks.Where(tick => tick.Text.Length > 0).Select(tick => tick.At)];
        minorTickValues = [];
    }
}

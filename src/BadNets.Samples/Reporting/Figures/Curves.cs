using BadNets.Samples.Drawing;
using BadNets.Samples.Experiments;
using BadNets.Samples.Store;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace BadNets.Samples.Reporting;

/// <summary>What the figures of a panel have in common.</summary>
static class Curves
{
    public const string PublishedAtTheEnd = "Published, at the end";

    public static PlotModel MakeModel(Study study, Panel panel, string title) => PlotStyle.MakeModel(title, Subtitle(study, panel, "mean and range"));

    public static LinearAxis MakeEpochAxis(Panel panel)
    {
        var axis = PlotStyle.MakeAxis(AxisPosition.Bottom, "Epoch");
        double last = Math.Max(1, panel.Runs.Max(run => run.Cell.Recipe.Epochs) - 1);
        (axis.Minimum, axis.Maximum, axis.MinimumMajorStep) = (-0.02 * last, 1.02 * last, 1);
        return axis;
    }

    /// <summary>A curve by epoch: the mean over the seeds, in a band that shows their range.</summary>
    public static void AddEpochs(PlotModel model, PanelPoint point, Func<EpochRow, double> number, string title, int index, string? axisKey = null)
    {
        var epochs = point.ByEpoch(number).ToArray();
        if (point.Runs.Count > 1)
        {
            var range = new AreaSeries { Color = OxyColors.Transparent, Color2 = OxyColors.Transparent, Fill = OxyColor.FromAColor(50, PlotStyle.Color(index)), YAxisKey = axisKey };
            range.Points.AddRange(epochs.Select(epoch => new DataPoint(epoch.Epoch, epoch.Value.Min)));
            range.Points2.AddRange(epochs.Select(epoch => new DataPoint(epoch.Epoch, epoch.Value.Max)));
            model.Series.Add(range);
        }

        var line = new LineSeries
        {
            Title = title,
            Color = PlotStyle.Color(index),
            Dashes = PlotStyle.Dashes(index),
            StrokeThickness = PlotStyle.LineWidth,
            LineJoin = LineJoin.Round,
            YAxisKey = axisKey,
        };
        if (epochs.Length < 8)
            (line.MarkerType, line.MarkerSize, line.MarkerFill) = (MarkerType.Circle, PlotStyle.MarkerSize - 1, PlotStyle.Color(index));
        line.Points.AddRange(epochs.Select(epoch => new DataPoint(epoch.Epoch, epoch.Value.Mean)));
        model.Series.Add(line);
    }

    public static void AddPublished(PlotModel model, IReadOnlyList<DataPoint> points, int index, string? title)
    {
        if (points.Count == 0)
            return;
        var markers = new ScatterSeries
        {
            Title = title,
            MarkerType = MarkerType.Diamond,
            MarkerSize = PlotStyle.MarkerSize + 4,
            // Hollow, so that our marker is visible inside where both agree.
            MarkerFill = OxyColors.Transparent,
            MarkerStroke = PlotStyle.Color(index),
            MarkerStrokeThickness = 2,
        };
        markers.Points.AddRange(points.Select(point => new ScatterPoint(point.X, point.Y)));
        model.Series.Add(markers);
    }

    /// <summary>The last epoch of a run of a point, from 0.</summary>
    public static int LastEpochOf(PanelPoint point) => point.Runs[0].Cell.Recipe.Epochs - 1;

    /// <summary>What the numbers describe.</summary>
    public static string Subtitle(Study study, Panel panel, string what)
    {
        int fewest = panel.Points.Min(point => point.Runs.Count), most = panel.Points.Max(point => point.Runs.Count);
        string seeds = FormattableString.Invariant($"{(fewest == most ? "" : $"{fewest} to ")}{most} seeds");
        return most > 1 ? $"{study.Title}; {what} of {seeds}" : study.Title;
    }
}

using BadNets.Samples.Drawing;
using OxyPlot;

namespace BadNets.Samples.Reporting;

/// <summary>Success by epoch, with a curve for each value of an axis.</summary>
static class EpochFigure
{
    public static ReportFigure Of(Study study, Panel panel, PanelAxis axis)
    {
        var success = PanelMeasure.SuccessIn(panel);
        var model = Curves.MakeModel(study, panel, $"Attack success during training, by {axis.Name}");
        model.Axes.Add(Curves.MakeEpochAxis(panel));
        model.Axes.Add(PlotStyle.MakePercentAxis(success.AxisTitle));
        PanelPoint[] points = [.. panel.Points.Where(point => point.HasEpochs)];
        var lastPublished = points.LastOrDefault(point => point.Published is not null);
        List<string> titles = [];
        for (int i = 0; i < points.Length; i++)
        {
            titles.Add(points[i].IsComplete ? points[i].Label : $"{points[i].Label} ({points[i].Progress})");
            Curves.AddEpochs(model, points[i], row => 100 * success.Of(row), titles[^1], i);
            if (points[i].Published is { } published)
            {
                Curves.AddPublished(model, [new DataPoint(Curves.LastEpochOf(points[i]), 100 * success.OfPublished(published))], i,
                    points[i] == lastPublished ? Curves.PublishedAtTheEnd : null);
            }
        }

        return new ReportFigure($"{panel.Name}_asr_vs_epoch", $"Attack success by epoch and {axis.Name}.", model) { Height = PlotStyle.Height + PlotStyle.RoomForLegend(titles) };
    }
}

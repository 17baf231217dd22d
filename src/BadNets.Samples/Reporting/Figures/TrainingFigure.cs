using BadNets.Samples.Drawing;
using BadNets.Samples.Errors;
using OxyPlot;
using OxyPlot.Axes;

namespace BadNets.Samples.Reporting;

/// <summary>Accuracy, success, and loss by epoch, for an experiment without axes.</summary>
static class TrainingFigure
{
    private const string LossKey = "loss";

    public static ReportFigure Of(Study study, Panel panel)
    {
        var point = panel.Points[0];
        string title = ControlCharacters.Show(panel.Experiment.Title);
        var success = PanelMeasure.SuccessIn(panel);
        var model = Curves.MakeModel(study, panel, title);
        model.Axes.Add(Curves.MakeEpochAxis(panel));
        model.Axes.Add(PlotStyle.MakePercentAxis("Rate on the test set (%)"));
        var loss = PlotStyle.MakeAxis(AxisPosition.Right, "Training loss (nats)");
        loss.Key = LossKey;
        loss.Minimum = 0;
        loss.MaximumPadding = 0.06;
        model.Axes.Add(loss);
        Curves.AddEpochs(model, point, row => 100 * row.CleanAccuracy, "Clean accuracy", 0);
        Curves.AddEpochs(model, point, row => 100 * success.Of(row), success.Name, 1);
        Curves.AddEpochs(model, point, row => row.TrainLoss, "Training loss", 2, LossKey);
        if (point.Published is { } published)
        {
            int last = Curves.LastEpochOf(point);
            Curves.AddPublished(model, [new DataPoint(last, 100 * published.CleanAccuracy)], 0, null);
            Curves.AddPublished(model, [new DataPoint(last, 100 * published.AttackSuccessAllRows)], 1, Curves.PublishedAtTheEnd);
        }

        return new ReportFigure($"{panel.Name}_training", $"{title}: clean accuracy, attack success, and training loss by epoch.", model);
    }
}

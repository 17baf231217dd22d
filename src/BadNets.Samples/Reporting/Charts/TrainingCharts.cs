using BadNets.Samples.Errors;

namespace BadNets.Samples.Reporting;

/// <summary>Accuracy and success by epoch, and loss by epoch, for an experiment without axes.</summary>
static class TrainingCharts
{
    public static Chart[] Of(Study study, Panel panel)
    {
        var point = panel.Points[0];
        string title = ControlCharacters.Show(panel.Experiment.Title), subtitle = PanelCharts.Subtitle(study, panel, "mean and range");
        var epochs = PanelCharts.MakeEpochAxis(panel);
        double most = point.Runs.SelectMany(run => run.Epochs).Max(row => row.TrainLoss);
        string unfinished = PanelCharts.Unfinished(panel);
        return
        [
            new SeriesChart($"{panel.Name}_training", $"{title}: ASR and TCA by epoch", $"ASR and clean accuracy (TCA) on the test set after each epoch.{unfinished}", epochs, ChartAxis.OfPercent("Share of the test images"),
            [
                new ChartSeries("ASR", PanelCharts.ByEpoch(point, row => row.AttackSuccess)),
                new ChartSeries("TCA", PanelCharts.ByEpoch(point, row => row.CleanAccuracy)),
            ]) { Subtitle = subtitle },
            new SeriesChart($"{panel.Name}_loss", $"{title}: training loss by epoch", $"The mean of the batches' losses in each epoch.{unfinished}", epochs, new ChartAxis("Training loss (nats)", 0, 1.06 * Math.Max(most, 1e-6)),
                [new ChartSeries("", PanelCharts.ByEpoch(point, row => row.TrainLoss, factor: 1))]) { Subtitle = subtitle },
        ];
    }
}

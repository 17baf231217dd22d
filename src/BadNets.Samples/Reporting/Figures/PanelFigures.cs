using BadNets.Samples.Experiments;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace BadNets.Samples.Reporting.Figures;

/// <summary>The figures of an experiment.</summary>
static class PanelFigures
{
    private const string SuccessTitle = "Attack success rate, all test rows (%)";
    private const string Ours = "Ours";
    private const string AccuracyTitle = "Clean test accuracy (%)";

    public static IEnumerable<Figure> Of(Study study, Panel panel)
    {
        if (panel.Points.All(point => !point.HasEpochs))
            yield break;
        if (panel.Experiment.Varies is not { } parameter)
        {
            yield return Training(study, panel);
            yield break;
        }

        string slug = parameter.Slug.Replace('-', '_');
        string relation = parameter.IsNumeric ? "vs" : "by";
        if (panel.Complete.Count > 0)
        {
            yield return Final(study, panel, parameter, $"asr_{relation}_{slug}", "Attack success", PlotStyle.MakePercentAxis(SuccessTitle),
                row => row.AttackSuccessAllRows, published => published.AttackSuccessAllRows);
            yield return Final(study, panel, parameter, $"tca_{relation}_{slug}", "Clean accuracy", MakeAccuracyAxis(panel),
                row => row.CleanAccuracy, published => published.CleanAccuracy);
        }

        yield return SuccessByEpoch(study, panel, parameter);
    }

    private static Figure Training(Study study, Panel panel)
    {
        const string LossKey = "loss";
        var point = panel.Points[0];
        var model = PlotStyle.MakeModel(panel.Experiment.Title, Subtitle(study, panel));
        model.Axes.Add(MakeEpochAxis(point.Traces[0].Cell));
        model.Axes.Add(PlotStyle.MakePercentAxis("Rate on the test set (%)"));
        var loss = PlotStyle.MakeAxis(AxisPosition.Right, "Training loss (nats)");
        loss.Key = LossKey;
        loss.Minimum = 0;
        loss.MaximumPadding = 0.06;
        model.Axes.Add(loss);
        AddEpochs(model, point, row => 100 * row.CleanAccuracy, "Clean accuracy", 0);
        AddEpochs(model, point, row => 100 * row.AttackSuccessAllRows, "Attack success, all rows", 1);
        AddEpochs(model, point, row => row.TrainLoss, "Training loss", 2, LossKey);
        if (point.Published is { } published)
        {
            int last = point.Traces[0].Cell.Recipe.Epochs - 1;
            AddPublished(model, [new DataPoint(last, 100 * published.CleanAccuracy)], 0, null);
            AddPublished(model, [new DataPoint(last, 100 * published.AttackSuccessAllRows)], 1, "Published, at the end");
        }

        return new Figure($"{panel.Name}_training", $"{panel.Experiment.Title}: clean accuracy, attack success and training loss against the epoch.", model);
    }

    private static Figure Final(
        Study study, Panel panel, Parameter parameter, string name, string what, LinearAxis axis, Func<RunCsvRow, double> ours,
        Func<PublishedRow, double> published)
    {
        var model = PlotStyle.MakeModel($"{what} after training, by {parameter.Name}", Subtitle(study, panel));
        model.Axes.Add(MakeValueAxis(panel, parameter));
        model.Axes.Add(axis);
        var points = panel.Complete;
        double At(PanelPoint point) => parameter.IsNumeric ? parameter.NumberOf(point.Attack) : panel.Points.ToList().IndexOf(point);

        foreach (var point in points)
        {
            if (point.Final(ours) is { Count: > 1 } spread)
                model.Series.Add(MakeRange(At(point), spread));
        }

        DataPoint[] means = [.. points.Select(point => new DataPoint(At(point), 100 * point.Final(ours)!.Value.Mean))];
        model.Series.Add(parameter.IsNumeric ? MakeLine(means) : MakeDots(means));
        AddPublished(model, [.. points.Where(point => point.Published is not null).Select(point => new DataPoint(At(point), 100 * published(point.Published!)))], 1, "Published");
        return new Figure($"{panel.Name}_{name}", $"{what} after training, by {parameter.Name}.", model);
    }

    private static Figure SuccessByEpoch(Study study, Panel panel, Parameter parameter)
    {
        // Of sizes, those beside the transition tell the story; the others lie flat at the top or at the bottom.
        PanelPoint[] points = parameter == Parameter.TriggerSize && Transition.Find(panel.Complete) is { } transition
            ? [transition.Below, .. transition.Between, transition.Above]
            : [.. panel.Points.Where(point => point.HasEpochs)];
        var model = PlotStyle.MakeModel($"Attack success while training, by {parameter.Name}", Subtitle(study, panel));
        model.Axes.Add(MakeEpochAxis(points[0].Traces[0].Cell));
        model.Axes.Add(PlotStyle.MakePercentAxis(SuccessTitle));
        var lastPublished = points.LastOrDefault(point => point.Published is not null);
        for (int i = 0; i < points.Length; i++)
        {
            AddEpochs(model, points[i], row => 100 * row.AttackSuccessAllRows, parameter.LabelOf(points[i].Attack), i);
            if (points[i].Published is { } published)
            {
                AddPublished(model, [new DataPoint(points[i].Traces[0].Cell.Recipe.Epochs - 1, 100 * published.AttackSuccessAllRows)], i,
                    points[i] == lastPublished ? "published, at the end" : null);
            }
        }

        return new Figure($"{panel.Name}_asr_vs_epoch", $"Attack success against the epoch, by {parameter.Name}.", model);
    }

    private static string Subtitle(Study study, Panel panel)
    {
        int fewest = panel.Points.Min(point => point.Traces.Count), most = panel.Points.Max(point => point.Traces.Count);
        string seeds = FormattableString.Invariant($"{(fewest == most ? "" : $"{fewest} to ")}{most} seeds");
        return most > 1 ? $"{study.Title}; mean and range of {seeds}" : study.Title;
    }

    private static void AddEpochs(PlotModel model, PanelPoint point, Func<RunCsvRow, double> number, string title, int index, string? axisKey = null)
    {
        var epochs = point.ByEpoch(number).ToArray();
        if (point.Traces.Count > 1)
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

    private static void AddPublished(PlotModel model, IReadOnlyList<DataPoint> points, int index, string? title)
    {
        if (points.Count == 0)
            return;
        var markers = new ScatterSeries
        {
            Title = title,
            MarkerType = MarkerType.Diamond,
            MarkerSize = PlotStyle.MarkerSize + 4,
            // Hollow, so that ours shows inside where both agree.
            MarkerFill = OxyColors.Transparent,
            MarkerStroke = PlotStyle.Color(index),
            MarkerStrokeThickness = 2,
        };
        markers.Points.AddRange(points.Select(point => new ScatterPoint(point.X, point.Y)));
        model.Series.Add(markers);
    }

    private static LineSeries MakeLine(DataPoint[] means)
    {
        var line = new LineSeries
        {
            Title = Ours,
            Color = PlotStyle.Color(0),
            StrokeThickness = PlotStyle.LineWidth,
            MarkerType = MarkerType.Circle,
            MarkerSize = PlotStyle.MarkerSize,
            MarkerFill = PlotStyle.Color(0),
        };
        line.Points.AddRange(means);
        return line;
    }

    // Names have no order that a line could follow.
    private static ScatterSeries MakeDots(DataPoint[] means)
    {
        var dots = new ScatterSeries { Title = Ours, MarkerType = MarkerType.Circle, MarkerSize = PlotStyle.MarkerSize, MarkerFill = PlotStyle.Color(0) };
        dots.Points.AddRange(means.Select(mean => new ScatterPoint(mean.X, mean.Y)));
        return dots;
    }

    private static LineSeries MakeRange(double x, Spread spread)
    {
        var range = new LineSeries { Color = PlotStyle.Color(0), StrokeThickness = PlotStyle.LineWidth };
        range.Points.Add(new DataPoint(x, 100 * spread.Min));
        range.Points.Add(new DataPoint(x, 100 * spread.Max));
        return range;
    }

    private static LinearAxis MakeEpochAxis(Cell cell)
    {
        var axis = PlotStyle.MakeAxis(AxisPosition.Bottom, "Epoch");
        double last = Math.Max(1, cell.Recipe.Epochs - 1);
        (axis.Minimum, axis.Maximum, axis.MinimumMajorStep) = (-0.02 * last, 1.02 * last, 1);
        return axis;
    }

    private static Axis MakeValueAxis(Panel panel, Parameter parameter)
    {
        string title = $"{parameter.Name[..1].ToUpperInvariant()}{parameter.Name[1..]}";
        if (parameter.IsNumeric)
        {
            var axis = PlotStyle.MakeAxis(AxisPosition.Bottom, $"{title} ({parameter.Unit})");
            double[] values = [.. panel.Points.Select(point => parameter.NumberOf(point.Attack))];
            double room = values.Max() == 0 ? 0.01 : Math.Max(0.06 * (values.Max() - values.Min()), 0.05 * values.Max());
            (axis.Minimum, axis.Maximum) = (values.Min() - room, values.Max() + room);
            if (values.All(double.IsInteger))
                axis.MinimumMajorStep = 1;
            return axis;
        }

        var names = new CategoryAxis
        {
            Position = AxisPosition.Bottom,
            Title = title,
            FontSize = 16,
            TitleFontSize = 16,
            AxisTitleDistance = 14,
            TextColor = PlotStyle.Ink,
            TitleColor = PlotStyle.Ink,
            TicklineColor = PlotStyle.Ink,
        };
        names.Labels.AddRange(panel.Points.Select(point => parameter.LabelOf(point.Attack)));
        return names;
    }

    private static LinearAxis MakeAccuracyAxis(Panel panel)
    {
        double[] values =
        [
            .. panel.Complete.SelectMany(point => point.Complete).Select(trace => 100 * trace.Last!.CleanAccuracy),
            .. panel.Complete.Select(point => point.Published).OfType<PublishedRow>().Select(row => 100 * row.CleanAccuracy),
        ];
        var axis = PlotStyle.MakeAxis(AxisPosition.Left, AccuracyTitle);
        // Differences of a few hundredths are noise; an axis that is stretched to show them would say otherwise.
        double middle = (values.Min() + values.Max()) / 2, half = Math.Max(1, 0.6 * (values.Max() - values.Min()));
        (axis.Minimum, axis.Maximum) = (Math.Max(-3, middle - half), Math.Min(100.2, middle + half));
        return axis;
    }
}

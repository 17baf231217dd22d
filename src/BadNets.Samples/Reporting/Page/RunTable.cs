using System.Text;

namespace BadNets.Samples.Reporting;

/// <summary>The table of training runs.</summary>
sealed class RunTable(PageRuns runs)
{
    /// <param name="page">The page.</param>
    /// <param name="caption">What the runs have in common.</param>
    /// <param name="rows">The runs.</param>
    /// <param name="experiments">The names of the experiments that a run belongs to.</param>
    public void AddTo(StringBuilder page, string caption, IReadOnlyList<PanelRun> rows, Func<PanelRun, string> experiments)
    {
        bool hasRobust = rows.Any(run => run.Last?.RobustAccuracy is not null), hasControls = rows.Any(run => run.Last?.ControlAccuracy is not null);
        bool hasExperiments = rows.Any(run => experiments(run).Length > 0);
        (string Name, string Style)[] columns =
        [
            ("Training run", ""), .. hasExperiments ? [("Experiment", "text")] : Array.Empty<(string, string)>(),
            ("ASR", ""), ("TCA", ""), .. hasRobust ? [("Robust accuracy", "")] : Array.Empty<(string, string)>(),
            .. hasControls ? [("Control accuracy", "")] : Array.Empty<(string, string)>(), ("Epochs", ""), ("ASR ≥ 90% from epoch", ""), ("Seed", ""), ("Training", ""), ("State", "text"),
        ];
        var table = new StringBuilder();
        table.AppendLine($"<table class=\"runs\"><caption>{Html.Escape(caption)}</caption>\n<thead><tr>{string.Concat(columns.Select(column => $"<th scope=\"col\"{Class(column.Style)}>{column.Name}</th>"))}</tr></thead>\n<tbody>");
        foreach (var run in rows)
        {
            var last = run.Last;
            (string Text, double? Key)[] cells =
            [
                .. hasExperiments ? [(experiments(run), null)] : Array.Empty<(string, double?)>(),
                (last is null ? "" : Percent.Of(last.AttackSuccess), last?.AttackSuccess ?? -1),
                (last is null ? "" : Percent.Of(last.CleanAccuracy), last?.CleanAccuracy ?? -1),
                .. hasRobust ? [(last?.RobustAccuracy is { } robust ? Percent.Of(robust) : "", last?.RobustAccuracy ?? -1)] : Array.Empty<(string, double?)>(),
                .. hasControls ? [(last?.ControlAccuracy is { } control ? Percent.Of(control) : "", last?.ControlAccuracy ?? -1)] : Array.Empty<(string, double?)>(),
                (run.IsComplete ? Text($"{run.Epochs.Count}") : Text($"{run.Epochs.Count} of {run.Cell.Recipe.Epochs}"), run.Epochs.Count),
                (run.FirstSuccess is { } first ? Text($"{first}") : "never", run.FirstSuccess ?? int.MaxValue),
                (Text($"{run.Cell.Seed}"), run.Cell.Seed),
                (Duration(run.Epochs.Sum(epoch => epoch.TrainSeconds)), run.Epochs.Sum(epoch => epoch.TrainSeconds)),
                (run.Reason.Length == 0 ? run.State : $"{run.State}: {run.Reason}", null),
            ];
            int number = runs.NumberOf(run);
            table.Append(Text($"<tr id=\"run-{number}\" data-runs=\"{number}\"><th scope=\"row\">{Html.Escape(runs.Labels[number])}</th>"));
            for (int i = 0; i < cells.Length; i++)
            {
                string key = cells[i].Key is { } sort ? Text($" data-key=\"{sort}\"") : "";
                table.Append($"<td data-label=\"{columns[i + 1].Name}\"{Class(columns[i + 1].Style)}{key}>{Html.Escape(cells[i].Text)}</td>");
            }

            table.AppendLine("</tr>");
        }

        table.Append("</tbody></table>");
        page.AppendLine(Html.Scrolling(caption, table.ToString()));
    }

    /// <summary>How to read the table.</summary>
    public const string Note = "Epochs are counted from 0. An epoch counts as one with ASR ≥ 90% only if its TCA is at least 50%: an untrained model may give every image the same label.";

    private static string Class(string style) => style.Length == 0 ? "" : $" class=\"{style}\"";

    private static string Duration(double seconds) =>
        seconds >= 60 ? Text($"{(int)(seconds / 60)} min {(int)(seconds % 60):D2} s") : Text($"{seconds:F1} s");

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}

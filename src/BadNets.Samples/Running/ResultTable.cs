using BadNets.Samples.Experiments;
using Spectre.Console;

namespace BadNets.Samples.Running;

/// <summary>The last epoch of each training, and the reasons for failures, shown at the end of a command.</summary>
static class ResultTable
{
    public static void Print(IAnsiConsole console, IReadOnlyList<TrainingLog> logs, IReadOnlyList<CellFailure> failures)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("rate");
        table.AddColumn("size");
        table.AddColumn("position");
        table.AddColumn("seed");
        foreach (string name in new[] { "epochs", "TCA", "ASR", "ASR, all rows" })
            table.AddColumn(new TableColumn(name).RightAligned());
        table.AddColumn("state");
        var reasons = new Table().Border(TableBorder.Simple);
        reasons.AddColumn(new TableColumn("not finished").NoWrap());
        reasons.AddColumn("why");
        foreach (var log in logs)
        {
            var failure = failures.FirstOrDefault(failure => failure.Cell == log.Cell);
            if (failure is not null)
                reasons.AddRow(new Text(log.Cell.Label), new Text(failure.ToString()));
            var attack = log.Cell.Attack;
            var last = log.Epochs.Count == 0 ? null : log.Epochs[^1];
            table.AddRow(
                Text($"{attack.PoisoningRate}"), Text($"{attack.TriggerSize}"), attack.Position.ToCode(), Text($"{log.Cell.Seed}"),
                Text($"{log.Epochs.Count}"), Text($"{last?.CleanAccuracy:F4}"), Text($"{last?.AttackSuccess:F4}"), Text($"{last?.AttackSuccessAllRows:F4}"),
                failure is not null ? "failed" : log.IsComplete ? "done" : "unfinished");
        }

        console.Write(table);
        if (reasons.Rows.Count > 0)
            console.Write(reasons);
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}

using BadNets.Samples.Experiments;
using Spectre.Console;

namespace BadNets.Samples.Running;

/// <summary>The last epoch of each training, for the end of a run.</summary>
static class ResultTable
{
    public static void Print(IAnsiConsole console, IEnumerable<TrainingLog> logs)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("rate");
        table.AddColumn("size");
        table.AddColumn("position");
        table.AddColumn("seed");
        foreach (string name in new[] { "epochs", "TCA", "ASR", "ASR, all rows" })
            table.AddColumn(new TableColumn(name).RightAligned());
        foreach (var log in logs)
        {
            var attack = log.Cell.Attack;
            var last = log.Epochs.Count == 0 ? null : log.Epochs[^1];
            table.AddRow(
                Text($"{attack.PoisoningRate}"), Text($"{attack.TriggerSize}"), attack.Position.ToCode(), Text($"{log.Cell.Seed}"),
                Text($"{log.Epochs.Count}"), Text($"{last?.CleanAccuracy:F4}"), Text($"{last?.AttackSuccess:F4}"), Text($"{last?.AttackSuccessAllRows:F4}"));
        }

        console.Write(table);
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}

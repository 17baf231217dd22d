using BadNets.Samples.Experiments;
using BadNets.Samples.Store;
using Spectre.Console;

namespace BadNets.Samples.Running;

/// <summary>The last epoch of each cell, and the reasons for failures, shown at the end of a command.</summary>
static class ResultTable
{
    public static void Print(IAnsiConsole console, IReadOnlyList<StoredCell> cells, CellLabels labels, SweepOutcome outcome)
    {
        var table = new Table().Border(TableBorder.Simple);
        string title = labels.Varying is [var property] ? property.Name : "training run";
        table.AddColumn(new TableColumn(new Text(title)).NoWrap());
        foreach (string name in new[] { "epochs", "TCA", "ASR" })
            table.AddColumn(new TableColumn(name).RightAligned());
        table.AddColumn("state");
        var reasons = new Table().Border(TableBorder.Simple);
        reasons.AddColumn(new TableColumn("not finished").NoWrap());
        reasons.AddColumn("why");
        foreach (var stored in cells)
        {
            var cell = stored.Cell;
            var failure = outcome.Failures.FirstOrDefault(failure => failure.Cell.Equals(cell));
            bool isElsewhere = outcome.Elsewhere.Contains(cell);
            if (failure is not null)
                reasons.AddRow(new Text(labels.Of(cell)), new Text(failure.ToString()));
            else if (isElsewhere && !stored.IsComplete)
                reasons.AddRow(new Text(labels.Of(cell)), new Text("Another process is training it."));
            var last = stored.Last;
            table.AddRow(
            [
                new Text(labels.Of(cell)), Number($"{stored.Epochs.Count}"), Number($"{last?.CleanAccuracy:0.00%}"), Number($"{last?.AttackSuccess:0.00%}"),
                new Text(failure is not null ? "failed" : stored.IsComplete ? "done" : isElsewhere ? "in another process" : "unfinished"),
            ]);
        }

        console.Write(table);
        if (reasons.Rows.Count > 0)
            console.Write(reasons);
    }

    private static Text Number(FormattableString text) => new(FormattableString.Invariant(text));
}

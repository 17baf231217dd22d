using System.Collections.Concurrent;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Store;
using BadNets.Transforms;
using Spectre.Console;

namespace BadNets.Samples.Running;

/// <summary>A progress bar for each running cell and one for all cells, in a terminal. They fit in 80 columns.</summary>
sealed class LiveDisplay : IRunDisplay
{
    // The full message is shown at the end and is in a file.
    private const int LongestMessage = 160;
    private const int LongestLabel = 24;

    private readonly IAnsiConsole _console;
    private readonly CellLabels _labels;
    private readonly ProgressContext _bars;
    private readonly RemainingTime _remaining;
    private readonly ProgressTask _all;
    private readonly ConcurrentDictionary<Cell, Row> _rows = new();

    private LiveDisplay(IAnsiConsole console, CellLabels labels, ProgressContext bars, RemainingTime remaining)
    {
        _console = console;
        _labels = labels;
        _bars = bars;
        _remaining = remaining;
        _all = bars.AddTask("all", maxValue: Math.Max(1, remaining.EpochsToDo));
        _all.Tag = (Func<string>)(() => FormattableString.Invariant($"all: {Math.Floor(remaining.EpochsDone):F0} of {remaining.EpochsToDo} epochs, {remaining} left"));
    }

    /// <summary>Shows the bars while an action runs.</summary>
    public static T Show<T>(IAnsiConsole console, CellLabels labels, RemainingTime remaining, Func<IRunDisplay, T> action) =>
        console.Progress()
            .AutoClear(true)
            .Columns(new ProgressTextColumn(), new ProgressBarColumn { Width = 14 })
            .Start(bars => action(new LiveDisplay(console, labels, bars, remaining)));

    public void Started(Cell cell, int epochsDone)
    {
        _remaining.Started(cell);
        var row = new Row(cell, Label(cell), epochsDone, _bars.AddTaskBefore(Markup.Escape(Label(cell)), _all, maxValue: cell.Recipe.Epochs));
        row.Bar.Value = epochsDone;
        row.Bar.Tag = (Func<string>)row.ToString;
        _rows[cell] = row;
    }

    public void Stepped(Cell cell, TorchCnnProgress progress)
    {
        _remaining.Stepped(cell, progress);
        _rows[cell].Bar.Value = progress.Epoch + (double)progress.BatchesDone / progress.BatchCount;
        ShowAll();
    }

    public void EpochFinished(Cell cell, EpochRow epoch)
    {
        _remaining.EpochFinished(cell);
        _rows[cell].Last = epoch;
    }

    public void Finished(Cell cell)
    {
        _remaining.Ended(cell);
        var row = Remove(cell);
        if (row.Last is { } epoch)
            _console.WriteLine(FormattableString.Invariant($"{Label(cell),-18} done: TCA {epoch.CleanAccuracy:F4} ASR {epoch.AttackSuccess:F4}"));
    }

    public void Failed(Cell cell, Exception failure)
    {
        _remaining.Ended(cell);
        ShowAll();
        Remove(cell);
        string sentence = ErrorSentence.Of(failure);
        _console.WriteLine($"{Label(cell),-18} failed: {(sentence.Length > LongestMessage ? sentence[..LongestMessage] + "…" : sentence)}");
    }

    public void Skipped(Cell cell)
    {
        _remaining.Ended(cell);
        ShowAll();
        _console.WriteLine($"{Label(cell),-18} another process is training it");
    }

    // Longer labels would not leave enough room for the numbers.
    private string Label(Cell cell) => _labels.Of(cell) is { Length: > LongestLabel } label ? label[..(LongestLabel - 1)] + "…" : _labels.Of(cell);

    private void ShowAll() => (_all.MaxValue, _all.Value) = (Math.Max(1, _remaining.EpochsToDo), _remaining.EpochsDone);

    private Row Remove(Cell cell)
    {
        _rows.TryRemove(cell, out var row);
        _bars.RemoveTask(row!.Bar);
        return row;
    }

    private sealed class Row(Cell cell, string label, int epochsDone, ProgressTask bar)
    {
        public ProgressTask Bar => bar;

        public EpochRow? Last { get; set; }

        public override string ToString() => Last is { } epoch
            ? FormattableString.Invariant($"{label,-18} ep {epoch.Epoch + 1}/{cell.Recipe.Epochs} loss {epoch.TrainLoss:F4} TCA {epoch.CleanAccuracy:F4} ASR {epoch.AttackSuccess:F4}")
            : FormattableString.Invariant($"{label,-18} ep {epochsDone}/{cell.Recipe.Epochs}");
    }
}

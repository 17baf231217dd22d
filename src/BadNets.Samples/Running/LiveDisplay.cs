using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Store;
using BadNets.Transforms;
using Spectre.Console;

namespace BadNets.Samples.Running;

/// <summary>Shows all training runs in a terminal, a line for each, while they go on.</summary>
sealed class LiveDisplay : IRunDisplay
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    private readonly RunBoard _board;
    private readonly RemainingTime _remaining;

    public LiveDisplay(RunBoard board, RemainingTime remaining)
    {
        _board = board;
        _remaining = remaining;
    }

    /// <summary>Shows the lines while an action runs.</summary>
    /// <param name="console">A terminal.</param>
    /// <param name="cells">What is to be trained, in this order.</param>
    /// <param name="labels">What to call it.</param>
    /// <param name="remaining">The clock.</param>
    /// <param name="action">What trains.</param>
    public static T Show<T>(IAnsiConsole console, IReadOnlyList<Cell> cells, CellLabels labels, RemainingTime remaining, Func<IRunDisplay, T> action)
    {
        var board = new RunBoard(cells, labels, remaining, () => console.Profile.Height);
        return console.Live(board).AutoClear(true).Start(context =>
        {
            var timer = new Timer(_ => context.Refresh(), null, TimeSpan.Zero, Pace);
            try
            {
                return action(new LiveDisplay(board, remaining));
            }
            finally
            {
                // Nothing may be drawn after what follows.
                timer.DisposeAsync().AsTask().GetAwaiter().GetResult();
            }
        });
    }

    public void Started(Cell cell, int epochsDone, EpochRow? last)
    {
        _remaining.Started(cell);
        _board.Change(cell, line => line with { State = RunState.Running, Epochs = epochsDone, Last = last });
    }

    public void Stepped(Cell cell, TorchCnnProgress progress)
    {
        _remaining.Stepped(cell, progress);
        _board.Change(cell, line => line with { Epochs = progress.Epoch + (double)progress.BatchesDone / progress.BatchCount });
    }

    public void EpochFinished(Cell cell, EpochRow epoch)
    {
        _remaining.EpochFinished(cell);
        _board.Change(cell, line => line with { Epochs = epoch.Epoch + 1, Last = epoch });
    }

    public void Finished(Cell cell) => End(cell, RunState.Done, "");

    public void Failed(Cell cell, Exception failure) => End(cell, RunState.Failed, $"failed: {ErrorSentence.Of(failure)}");

    public void Skipped(Cell cell) => End(cell, RunState.Elsewhere, "another process is training it");

    private void End(Cell cell, RunState state, string message)
    {
        _remaining.Ended(cell);
        _board.Change(cell, line => line with { State = state, Message = message });
    }
}

using BadNets.Samples.Experiments;
using BadNets.Samples.Store;
using BadNets.Transforms;
using TorchSharp;

namespace BadNets.Samples.Running;

/// <summary>
/// Trains a list of cells, several at a time. A cell waits for those that it needs. A cell that fails does not stop the others, except those that need it.
/// </summary>
sealed class Sweep(ResultsFolder results, CellTrainer trainer, IReadOnlyList<CellWork> works, int threads, int parallel)
{
    private readonly object _lock = new();
    private readonly List<CellWork> _waiting = [.. works];
    private readonly HashSet<Cell> _unfinished = [.. works.Select(work => work.Cell)];
    private readonly List<CellFailure> _failures = [];
    private readonly List<Cell> _elsewhere = [];

    /// <summary>Trains. It also returns when it is canceled; everything that was recorded is then complete.</summary>
    public SweepOutcome Run(IRunDisplay display, CancellationToken cancellationToken)
    {
        // If libtorch cannot be loaded, the library says clearly what is missing; a first call to TorchSharp would not.
        TorchNetwork.BadNets.Create(new ImageShape(1, 28, 28), 10).Dispose();
        // For the whole process, and before the training threads start: each adopts the number when it first computes.
        torch.set_num_threads(threads);

        var workers = Enumerable.Range(0, parallel)
            .Select(_ => Task.Factory.StartNew(() => Work(display, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))
            .ToArray();
        Task.WhenAll(workers).GetAwaiter().GetResult();
        return new SweepOutcome(_failures, _elsewhere);
    }

    private void Work(IRunDisplay display, CancellationToken cancellationToken)
    {
        while (Next(cancellationToken) is { } work)
        {
            CellWriter? writer = null;
            try
            {
                writer = CellWriter.TryOpen(results, work.Cell, work.Exports, fresh: false);
                if (writer is null)
                {
                    Skip(work.Cell, display);
                    continue;
                }

                int done = CellWork.EpochsToKeep(writer.Folder, writer.Epochs.Count);
                display.Started(work.Cell, done, done == 0 ? null : writer.Epochs[done - 1]);
                writer.Export();
                // Another process may have trained it since this one began.
                if (!writer.IsDone)
                    trainer.Train(writer, display, cancellationToken);
                writer.ForgetFailure();
                display.Finished(work.Cell);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (CellTakenException)
            {
                // The cell belongs to the other process, and so do its files.
                Skip(work.Cell, display);
            }
            catch (Exception failure)
            {
                var kept = new CellFailure(work.Cell, failure, writer?.KeepFailure(failure));
                lock (_lock)
                    _failures.Add(kept);
                display.Failed(work.Cell, failure);
            }
            finally
            {
                writer?.Dispose();
                Finish(work.Cell);
            }
        }
    }

    private void Skip(Cell cell, IRunDisplay display)
    {
        lock (_lock)
            _elsewhere.Add(cell);
        display.Skipped(cell);
    }

    /// <summary>Returns the first cell that does not need an unfinished one, or null if there is nothing left to do.</summary>
    private CellWork? Next(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            while (_waiting.Count > 0 && !cancellationToken.IsCancellationRequested)
            {
                if (_waiting.Find(work => !work.Cell.Prerequisites.Any(_unfinished.Contains)) is { } ready)
                {
                    _waiting.Remove(ready);
                    return ready;
                }

                Monitor.Wait(_lock);
            }

            return null;
        }
    }

    private void Finish(Cell cell)
    {
        lock (_lock)
        {
            _unfinished.Remove(cell);
            Monitor.PulseAll(_lock);
        }
    }
}

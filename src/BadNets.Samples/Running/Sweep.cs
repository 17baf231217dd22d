using BadNets.Samples.Experiments;
using BadNets.Samples.Store;
using BadNets.Transforms;
using TorchSharp;

namespace BadNets.Samples.Running;

/// <summary>Trains a list of cells, several at a time; one that fails does not stop the others.</summary>
sealed class Sweep(ResultsFolder results, CellTrainer trainer, IReadOnlyList<CellWork> works, int threads, int parallel)
{
    private readonly Lock _lock = new();
    private readonly List<CellFailure> _failures = [];
    private readonly List<Cell> _elsewhere = [];
    private int _next;

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
        while (!cancellationToken.IsCancellationRequested && Next() is { } work)
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
            }
        }
    }

    private void Skip(Cell cell, IRunDisplay display)
    {
        lock (_lock)
            _elsewhere.Add(cell);
        display.Skipped(cell);
    }

    private CellWork? Next()
    {
        int next = Interlocked.Increment(ref _next) - 1;
        return next < works.Count ? works[next] : null;
    }
}

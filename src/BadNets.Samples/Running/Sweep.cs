using BadNets.Samples.Experiments;
using BadNets.Transforms;
using TorchSharp;

namespace BadNets.Samples.Running;

/// <summary>Carries out a list of trainings, several at a time; one that fails does not stop the others.</summary>
sealed class Sweep(CellTrainer trainer, IReadOnlyList<TrainingLog> logs, int threads, int parallel)
{
    private readonly Lock _lock = new();
    private readonly List<CellFailure> _failures = [];
    private int _next;

    /// <returns>The cells that failed. It also returns when it is cancelled; what was recorded is whole then.</returns>
    public IReadOnlyList<CellFailure> Run(IRunDisplay display, CancellationToken cancellationToken)
    {
        // The library says clearly what is missing where libtorch cannot be loaded, which a first call to TorchSharp would not.
        TorchNetwork.BadNets.Create(new ImageShape(1, 28, 28), 10).Dispose();
        // For the whole process, and before the threads that train begin: each takes it over when it first computes.
        torch.set_num_threads(threads);

        var workers = Enumerable.Range(0, parallel)
            .Select(_ => Task.Factory.StartNew(() => Work(display, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))
            .ToArray();
        Task.WhenAll(workers).GetAwaiter().GetResult();
        return _failures;
    }

    private void Work(IRunDisplay display, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested && Next() is { } log)
        {
            try
            {
                display.Started(log.Cell, log.Epochs.Count);
                trainer.Train(log, display, cancellationToken);
                log.ForgetFailure();
                display.Finished(log.Cell);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception failure)
            {
                var kept = new CellFailure(log.Cell, failure, log.KeepFailure(failure));
                lock (_lock)
                    _failures.Add(kept);
                display.Failed(log.Cell, failure);
            }
        }
    }

    private TrainingLog? Next()
    {
        int next = Interlocked.Increment(ref _next) - 1;
        return next < logs.Count ? logs[next] : null;
    }
}

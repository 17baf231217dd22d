using System.Diagnostics;

namespace BadNets.Benchmarks;

/// <summary>Measures the time per training step over all cells of a process, in windows after a warm-up.</summary>
/// <param name="cells">The number of cells.</param>
sealed class StepClock(int cells) : IDisposable
{
    private const int Windows = 3;
    private const double Seconds = 0.8;
    // Enough steps to allocate every buffer, and to replace code that was compiled without optimization.
    private const int WarmUpSteps = 32;

    private readonly Lock _counting = new();
    private readonly int[] _stepsOf = new int[cells];
    private readonly CancellationTokenSource _stop = new();
    private long _start;
    private int _steps;
    private int _windows;

    public CancellationToken Finished => _stop.Token;

    /// <summary>The time per step in the fastest window, because other work on the machine can only increase times.</summary>
    public double SecondsPerStep { get; private set; } = double.MaxValue;

    public void StepFinished(int cell)
    {
        lock (_counting)
        {
            _stepsOf[cell]++;
            _steps++;
            long now = Stopwatch.GetTimestamp();
            if (_start == 0)
            {
                // All cells must be training.
                if (_stepsOf.Min() >= WarmUpSteps)
                    (_start, _steps) = (now, 0);
                return;
            }

            double seconds = Stopwatch.GetElapsedTime(_start, now).TotalSeconds;
            if (seconds < Seconds || _windows == Windows)
                return;
            SecondsPerStep = Math.Min(SecondsPerStep, seconds / _steps);
            (_start, _steps) = (now, 0);
            if (++_windows == Windows)
                _stop.Cancel();
        }
    }

    public void Dispose() => _stop.Dispose();
}

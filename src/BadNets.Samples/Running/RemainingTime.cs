using System.Diagnostics;
using BadNets.Samples.Experiments;
using BadNets.Transforms;

namespace BadNets.Samples.Running;

/// <summary>How much of a sweep is done, and how long the rest takes at the pace so far.</summary>
sealed class RemainingTime(int epochsToDo)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Cell, double> _parts = [];
    private readonly long _start = Stopwatch.GetTimestamp();
    private double _whole;

    /// <summary>The epochs to do, finished or not.</summary>
    public int EpochsToDo => epochsToDo;

    /// <summary>The epochs done in this process, parts of them counted.</summary>
    public double EpochsDone
    {
        get
        {
            lock (_lock)
                return Math.Min(epochsToDo, _whole + _parts.Values.Sum());
        }
    }

    public void Stepped(Cell cell, TorchCnnProgress progress)
    {
        lock (_lock)
            _parts[cell] = (double)progress.BatchesDone / progress.BatchCount;
    }

    public void EpochFinished(Cell cell)
    {
        lock (_lock)
        {
            _parts[cell] = 0;
            _whole++;
        }
    }

    /// <summary>Takes the epochs out that a failed cell will not do.</summary>
    public void Skip(Cell cell, int epochs)
    {
        lock (_lock)
        {
            _parts[cell] = 0;
            _whole += epochs;
        }
    }

    /// <summary>The time left, or dashes while too little is done to tell.</summary>
    public override string ToString()
    {
        double done = EpochsDone;
        if (done < 0.05)
            return "-:--";
        var left = Stopwatch.GetElapsedTime(_start) * ((epochsToDo - done) / done);
        return left.TotalHours >= 1 ? FormattableString.Invariant($"{(int)left.TotalHours}:{left:mm\\:ss}") : FormattableString.Invariant($"{left:m\\:ss}");
    }
}

using BadNets.Samples.Experiments;
using BadNets.Transforms;

namespace BadNets.Samples.Running;

/// <summary>How much of a sweep is done, and how long the rest takes at the pace so far.</summary>
/// <remarks>At the end fewer cells run side by side than before, so the rest is not the share of the epochs that are left.</remarks>
sealed class RemainingTime
{
    private readonly Lock _lock = new();
    private readonly OrderedDictionary<Cell, int> _epochsLeft;
    private readonly Dictionary<Cell, double> _running = [];
    private readonly int _parallel;
    private readonly TimeProvider _time;
    private TimeSpan _busy;
    private long _since;
    private int _trained;

    /// <param name="cells">The cells in the order they will be started, with the epochs each has still to do.</param>
    /// <param name="parallel">How many run at a time.</param>
    /// <param name="time">The clock.</param>
    public RemainingTime(IEnumerable<KeyValuePair<Cell, int>> cells, int parallel, TimeProvider time)
    {
        _epochsLeft = new(cells);
        _parallel = parallel;
        _time = time;
        _since = time.GetTimestamp();
    }

    /// <summary>The epochs of this process, finished or still to do; not those that a failed cell will not do.</summary>
    public int EpochsToDo
    {
        get
        {
            lock (_lock)
                return _trained + _epochsLeft.Values.Sum();
        }
    }

    /// <summary>The epochs done in this process, parts of them counted.</summary>
    public double EpochsDone
    {
        get
        {
            lock (_lock)
                return _trained + _running.Values.Sum();
        }
    }

    public void Started(Cell cell)
    {
        lock (_lock)
        {
            CountTime();
            _running[cell] = 0;
        }
    }

    public void Stepped(Cell cell, TorchCnnProgress progress)
    {
        lock (_lock)
            _running[cell] = (double)progress.BatchesDone / progress.BatchCount;
    }

    public void EpochFinished(Cell cell)
    {
        lock (_lock)
        {
            _running[cell] = 0;
            // An epoch that was recorded and not checkpointed is trained again, beyond what was counted.
            _epochsLeft[cell] = Math.Max(0, _epochsLeft[cell] - 1);
            _trained++;
        }
    }

    /// <summary>Takes a cell out, whether or not it has done all its epochs.</summary>
    public void Ended(Cell cell)
    {
        lock (_lock)
        {
            CountTime();
            _running.Remove(cell);
            _epochsLeft[cell] = 0;
        }
    }

    /// <summary>The time left for all, or dashes while too little is done to tell.</summary>
    public override string ToString() => TextOf(LongestLane);

    /// <summary>The time left for a run that is being trained, or dashes while too little is done to tell.</summary>
    public string TextOf(Cell cell) => TextOf(() => EpochsLeft(cell));

    private string TextOf(Func<double> epochsLeft)
    {
        lock (_lock)
        {
            CountTime();
            double trained = EpochsDone;
            if (trained < 0.05)
                return "-:--";
            var left = _busy * (epochsLeft() / trained);
            return left.TotalHours >= 1 ? FormattableString.Invariant($"{(int)left.TotalHours}:{left:mm\\:ss}") : FormattableString.Invariant($"{left:m\\:ss}");
        }
    }

    private double EpochsLeft(Cell cell) => Math.Max(0, _epochsLeft[cell] - _running.GetValueOrDefault(cell));

    // The epochs of whichever lane ends last, when each cell that waits goes to the lane that is free first.
    private double LongestLane()
    {
        var lanes = new double[_parallel];
        foreach (var cell in _epochsLeft.Keys.OrderByDescending(_running.ContainsKey))
            lanes[Array.IndexOf(lanes, lanes.Min())] += EpochsLeft(cell);
        return lanes.Max();
    }

    private void CountTime()
    {
        long now = _time.GetTimestamp();
        _busy += _time.GetElapsedTime(_since, now) * _running.Count;
        _since = now;
    }
}

namespace BadNets.Samples.Tests;

/// <summary>A clock that stands still until it is told to go on.</summary>
sealed class ManualTime : TimeProvider
{
    readonly List<Timer> timers = [];
    TimeSpan now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => now.Ticks;

    public void Advance(TimeSpan span)
    {
        now += span;
        foreach (var timer in timers.Where(timer => timer.Due <= now).ToArray())
            timer.Fire();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        timers.Add(timer);
        return timer;
    }

    sealed class Timer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        public TimeSpan Due { get; private set; } = TimeSpan.MaxValue;

        public void Fire()
        {
            Due = TimeSpan.MaxValue;
            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime < TimeSpan.Zero ? TimeSpan.MaxValue : time.now + dueTime;
            return true;
        }

        public void Dispose() => Due = TimeSpan.MaxValue;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

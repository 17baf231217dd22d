namespace BadNets.Transforms.Tests.Native;

/// <summary>A thread that collects garbage without a pause until it is disposed of: whatever native code uses and nobody holds is gone at once.</summary>
sealed class RelentlessCollector : IDisposable
{
    private readonly Thread _thread;
    private volatile bool _stopped;

    public RelentlessCollector()
    {
        _thread = new Thread(() =>
        {
            while (!_stopped)
            {
                GC.Collect(0, GCCollectionMode.Forced, blocking: true);
                GC.WaitForPendingFinalizers();
                Collections++;
            }
        })
        { IsBackground = true };
        _thread.Start();
    }

    /// <summary>How often garbage was collected so far.</summary>
    public long Collections { get; private set; }

    public void Dispose()
    {
        _stopped = true;
        _thread.Join();
    }
}

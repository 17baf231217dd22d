namespace BadNets.Transforms.Tests.Native;

/// <summary>
/// A thread that collects garbage continuously until it is disposed of. Objects that are not referenced while native code uses them are freed
/// immediately.
/// </summary>
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

    /// <summary>The number of garbage collections so far.</summary>
    public long Collections { get; private set; }

    public void Dispose()
    {
        _stopped = true;
        _thread.Join();
    }
}

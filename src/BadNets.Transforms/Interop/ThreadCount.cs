using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>
/// Sets the number of libtorch threads for computations on the calling thread, until this object is disposed of on the same thread.
/// </summary>
/// <remarks>
/// libtorch has one thread count for the process. Each thread copies it when it first computes, and then keeps its own. <c>set_num_threads</c> sets
/// both the count of the process and the count of the calling thread. Therefore, a short-lived thread immediately restores the count of the process.
/// A thread that first computes between the two calls keeps the wrong count. libtorch provides no way to avoid that.
/// </remarks>
sealed class ThreadCount : IDisposable
{
    private static readonly Lock Setting = new();

    private readonly int _before = get_num_threads();

    private ThreadCount(int threads) => SetForThisThread(threads);

    /// <summary>Sets the number of threads, or does nothing if it is null.</summary>
    public static ThreadCount? Use(int? threads) => threads is { } number ? new ThreadCount(number) : null;

    public void Dispose() => SetForThisThread(_before);

    private static void SetForThisThread(int threads)
    {
        lock (Setting)
        {
            int process = 0;
            RunOnNewThread(() => process = get_num_threads());
            set_num_threads(threads);
            RunOnNewThread(() => set_num_threads(process));
        }
    }

    private static void RunOnNewThread(ThreadStart action)
    {
        var thread = new Thread(action);
        thread.Start();
        thread.Join();
    }
}

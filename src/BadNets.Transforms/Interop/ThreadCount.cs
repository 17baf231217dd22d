using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>
/// Sets the number of threads that libtorch uses for what the calling thread computes, until it is disposed of on that thread.
/// </summary>
/// <remarks>
/// libtorch has one number for the process, which a thread takes over when it first computes and then keeps. <c>set_num_threads</c> sets
/// the process's number and the calling thread's. So the process's number is put back at once, by a thread that ends there.
/// </remarks>
sealed class ThreadCount : IDisposable
{
    private static readonly Lock Setting = new();

    private readonly int _before = get_num_threads();

    private ThreadCount(int threads) => SetForThisThread(threads);

    /// <summary>Sets the number, or leaves it as it is where it is null.</summary>
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

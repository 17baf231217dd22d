using System.Diagnostics;
using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>
/// Divides the work of a kernel among threads of the thread pool. A training step has several such kernels, one every few tenths of a millisecond, and waking
/// a thread can take longer than that. Helpers therefore stay awake for a moment after each kernel. They yield the processor to any other thread.
/// </summary>
sealed class Workers : IThreadPoolWorkItem
{
    // Longer than the pauses between the kernels of a training run, and shorter than anybody would notice.
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(1);

    // The helpers of this thread.
    [ThreadStatic]
    private static Workers? current;

    private volatile Work? _work;
    private int _helpers;

    private Workers()
    {
    }

    /// <summary>
    /// Runs an action for each part on as many threads as libtorch would use for an operator that is called on this thread. The parts must not depend on each
    /// other, so that the result does not depend on the number of threads.
    /// </summary>
    /// <param name="parts">The number of parts.</param>
    /// <param name="action">The action. It is called with the numbers from 0 to <paramref name="parts"/> - 1.</param>
    public static void ForEach(int parts, Action<int> action)
    {
        int threads = Math.Min(get_num_threads(), parts);
        if (threads > 1)
        {
            (current ??= new Workers()).Run(new Work(parts, threads, action), threads - 1);
            return;
        }

        for (int part = 0; part < parts; part++)
        {
            action(part);
        }
    }

    /// <summary>Runs on a thread of the thread pool.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        Work? done = null;
        var pause = new Pause();
        while (pause.Elapsed < Linger)
        {
            Work? work = _work;
            if (work is null || work == done)
            {
                pause.Spin();
                continue;
            }

            work.Help(work.TakePlace());
            done = work;
            pause = new Pause();
        }

        Interlocked.Decrement(ref _helpers);
    }

    private void Run(Work work, int helpers)
    {
        while (Volatile.Read(ref _helpers) < helpers)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            Interlocked.Increment(ref _helpers);
        }

        int place = work.TakePlace();
        _work = work;
        try
        {
            work.Help(place);
            work.Wait();
        }
        finally
        {
            _work = null;
        }
    }

    /// <summary>
    /// A kernel whose parts are taken by whichever thread is free, so it also finishes if no helper gets a processor. Each thread begins at its own place, so that
    /// it usually gets the same parts in each step, and finds what it computed in the cache of its processor.
    /// </summary>
    private sealed class Work(int parts, int threads, Action<int> action)
    {
        private readonly int[] _taken = new int[parts];
        private int _threads;
        private int _finished;
        private ExceptionDispatchInfo? _failure;

        /// <summary>Returns the number of the calling thread among those that work on this.</summary>
        public int TakePlace() => Interlocked.Increment(ref _threads) - 1;

        public void Help(int place)
        {
            int begin = (int)((long)parts * place / threads);
            for (int i = 0; i < parts; i++)
            {
                int part = (begin + i) % parts;
                if (Interlocked.Exchange(ref _taken[part], 1) != 0)
                {
                    continue;
                }

                try
                {
                    action(part);
                }
                catch (Exception failure)
                {
                    _failure ??= ExceptionDispatchInfo.Capture(failure);
                }

                Interlocked.Increment(ref _finished);
            }
        }

        /// <summary>Waits until all parts are finished.</summary>
        public void Wait()
        {
            var pause = new Pause();
            while (Volatile.Read(ref _finished) < parts)
            {
                pause.Spin();
            }

            _failure?.Throw();
        }
    }

    /// <summary>
    /// A pause in which a thread looks for a change all the time, because SpinWait would notice it only after as long as a short kernel takes. It regularly yields
    /// the processor, in case another thread needs it.
    /// </summary>
    private struct Pause()
    {
        private const int SpinsPerYield = 256;

        private readonly long _start = Stopwatch.GetTimestamp();
        private int _spins;

        public readonly TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

        public void Spin()
        {
            if (++_spins % SpinsPerYield == 0)
            {
                Thread.Yield();
                return;
            }

            Thread.SpinWait(4);
        }
    }
}

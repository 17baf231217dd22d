using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>Divides the work of a kernel among threads.</summary>
static class Workers
{
    /// <summary>
    /// Runs an action for each part on as many threads as libtorch would use on this one. The parts must not depend on each other, so that the result does
    /// not depend on the number of threads.
    /// </summary>
    public static void ForEach(int parts, Action<int> action)
    {
        int threads = Math.Min(get_num_threads(), parts);
        if (threads > 1)
        {
            Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = threads }, action);
            return;
        }

        for (int part = 0; part < parts; part++)
        {
            action(part);
        }
    }
}

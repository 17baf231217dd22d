using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>Distributes the parts of a computation to as many threads as libtorch uses.</summary>
static unsafe class Workers
{
    /// <summary>Computes a part, with memory that no other part uses meanwhile.</summary>
    public delegate void Part(int index, float* scratch);

    /// <summary>Computes all parts.</summary>
    /// <param name="parts">The number of parts.</param>
    /// <param name="scratchSize">The number of floats of memory.</param>
    /// <param name="zeros">The number of floats at its start that are zero for the first part.</param>
    /// <param name="compute">The computation of a part.</param>
    public static void Run(int parts, int scratchSize, int zeros, Part compute)
    {
        int next = -1, threads = Math.Min(get_num_threads(), parts);
        if (threads > 1)
        {
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ => Work());
        }
        else
        {
            Work();
        }

        void Work()
        {
            using AlignedBuffer scratch = new(scratchSize);
            new Span<float>(scratch.Pointer, zeros).Clear();
            for (int part; (part = Interlocked.Increment(ref next)) < parts;)
            {
                compute(part, scratch.Pointer);
            }
        }
    }
}

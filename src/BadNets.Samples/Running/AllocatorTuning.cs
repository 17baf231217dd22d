using System.Runtime.InteropServices;

namespace BadNets.Samples.Running;

/// <summary>Makes glibc keep the memory that libtorch frees, which it otherwise returns and faults in again at every step of a training.</summary>
static partial class AllocatorTuning
{
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MmapThreshold = -3;

    public static void Apply()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            // What it answers does not matter: a refusal costs time, nothing else.
            _ = SetOption(MmapThreshold, 1 << 30);
            _ = SetOption(TrimThreshold, int.MaxValue);
            // Threads other than the first one allocate from heaps of 64 MB, and a free heap is returned whatever the threshold is, unless it is needed as padding.
            _ = SetOption(TopPad, 1 << 26);
        }
        catch (Exception failure) when (failure is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library than glibc: it has no such options, and runs are right without them.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}

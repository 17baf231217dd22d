using System.Runtime.InteropServices;

namespace BadNets.Benchmarks;

/// <summary>What the sample program does to glibc's allocator, so that the library is measured as it is used. It cannot be undone in a process.</summary>
static partial class AllocatorTuning
{
    private const int TrimThreshold = -1;
    private const int MmapThreshold = -3;

    public static void Apply()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = SetOption(MmapThreshold, 1 << 30);
            _ = SetOption(TrimThreshold, int.MaxValue);
        }
        catch (Exception failure) when (failure is EntryPointNotFoundException or DllNotFoundException)
        {
            Console.Error.WriteLine("This system's C library has no mallopt: the allocator is left as it is.");
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}

using System.Runtime.InteropServices;

namespace BadNets.Benchmarks;

/// <summary>Lets libgomp's idle workers sleep instead of spinning on a core that others want. Only before libtorch is loaded.</summary>
static partial class WorkerTuning
{
    public static void Apply()
    {
        // .NET's own environment is a copy that native code does not see.
        if (OperatingSystem.IsLinux())
            _ = SetVariable("GOMP_SPINCOUNT", "0", 1);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}

using System.Runtime.InteropServices;

namespace BadNets.Samples.Running;

/// <summary>
/// Lets libtorch's threads sleep while they wait for each other. By default GCC's OpenMP lets them spin, and where something else wants a
/// core too they spin away each other's time: an epoch then takes minutes instead of seconds.
/// </summary>
static partial class ThreadTuning
{
    /// <summary>To be called before libtorch is loaded, which reads the setting once; one that the user made stays.</summary>
    public static void Apply()
    {
        // .NET's own environment is a copy that C libraries do not see.
        if (OperatingSystem.IsLinux())
            _ = SetEnvironmentVariable("GOMP_SPINCOUNT", "0", overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}

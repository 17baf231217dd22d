using System.Runtime.InteropServices;
using TorchSharp;

namespace BadNets.Transforms;

/// <summary>Loads TorchSharp's native library before it is first used, and reports clearly what is missing if that fails.</summary>
static partial class TorchNative
{
    private const string Library = "LibTorchSharp";

    private static readonly Lazy<Exception?> Failure = new(TryLoad);

    /// <summary>Loads libtorch if it is not loaded yet.</summary>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded. The message states what to do.</exception>
    public static void EnsureLoaded()
    {
        if (Failure.Value is { } cause)
            throw new DllNotFoundException(Explain(cause), cause);
    }

    private static Exception? TryLoad()
    {
        try
        {
            LetIdleThreadsSleep();

            // If TorchSharp does not find the library, it writes a long trace to the console. Therefore, the loader tries first, except where
            // TorchSharp does more than the loader: in a notebook, it searches more folders, and on Windows, it loads the parts of libtorch one by
            // one.
            if (!OperatingSystem.IsWindows() && !IsInPackageCache())
                NativeLibrary.Load(Library, typeof(torch).Assembly, null);
            torch.InitializeDeviceType(DeviceType.CPU);
            return null;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return failure;
        }
    }

    // By default, the threads of GCC's OpenMP runtime spin while they wait for each other. If other work needs a core, the spinning threads slow each
    // other down, and an epoch takes minutes instead of seconds. The runtime reads the setting once, when it is loaded. A value that
    // the user has set is kept.
    private static void LetIdleThreadsSleep()
    {
        // Environment.SetEnvironmentVariable would not work: it changes .NET's copy of the environment, which native libraries do not see.
        if (OperatingSystem.IsLinux() && GetEnvironmentVariable("OMP_WAIT_POLICY") == 0)
            _ = SetEnvironmentVariable("GOMP_SPINCOUNT", "0", overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetEnvironmentVariable(string name);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);

    private static bool IsInPackageCache()
    {
        string? version = typeof(torch).Assembly.GetName().Version?.ToString(3);
        return typeof(torch).Assembly.Location.Replace('\\', '/').Contains($"/torchsharp/{version}/lib/", StringComparison.OrdinalIgnoreCase);
    }

    private static string Explain(Exception cause) => cause.Message.Contains("GLIBCXX", StringComparison.Ordinal)
        ? "TorchSharp's native library needs a newer C++ runtime (libstdc++ of GCC 13) than this system has. "
            + "Build the program with MendTorchSharp=true, so that the build targets of BadNets.Transforms adapt the library (a project that references "
            + "BadNets.Transforms.csproj instead of the package must import eng/TorchSharpMend.targets), or install a newer libstdc++."
        : "TorchSharp cannot find libtorch. "
            + "Add the package TorchSharp-cpu (or a TorchSharp-cuda package), in the version of TorchSharp, to the project of the program. The inner exception contains the message of the loader.";
}

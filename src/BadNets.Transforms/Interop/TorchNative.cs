using System.Runtime.InteropServices;
using TorchSharp;

namespace BadNets.Transforms;

/// <summary>Makes sure that TorchSharp's native library is there before it is used, and says in one sentence what is missing otherwise.</summary>
static class TorchNative
{
    private static readonly Lazy<Exception?> Failure = new(TryLoad);

    /// <summary>Loads libtorch unless that has been done.</summary>
    /// <exception cref="DllNotFoundException">It cannot be loaded; the message says what would do.</exception>
    public static void EnsureLoaded()
    {
        if (Failure.Value is { } cause)
            throw new DllNotFoundException(Explain(cause), cause);
    }

    private static Exception? TryLoad()
    {
        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
            return null;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return failure;
        }
    }

    private static string Explain(Exception cause)
    {
        // TorchSharp's own message speaks of a missing package whatever the cause; the loader knows better.
        string reason = LoaderMessage();
        if (reason.Contains("GLIBCXX", StringComparison.Ordinal))
        {
            return "TorchSharp's native library needs a newer C++ runtime (libstdc++ of GCC 13) than this system has: "
                + "build without MendTorchSharp=false, so that BadNets.Transforms adapts the library, or install a newer libstdc++.";
        }

        return cause.Message.Contains("doesn't contain a reference", StringComparison.Ordinal) || reason.Length == 0
            ? "TorchSharp found no libtorch beside this program: add the package TorchSharp-cpu (or a TorchSharp-cuda package) of TorchSharp's version to the program's project."
            : $"TorchSharp's native library cannot be loaded ({reason}): add the package TorchSharp-cpu (or a TorchSharp-cuda package) of TorchSharp's version to the program's project.";
    }

    private static string LoaderMessage()
    {
        try
        {
            NativeLibrary.Free(NativeLibrary.Load("LibTorchSharp", typeof(torch).Assembly, null));
            return "";
        }
        catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
        {
            return failure.Message.ReplaceLineEndings(" ").Trim();
        }
    }
}

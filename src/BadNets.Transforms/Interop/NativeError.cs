using System.Runtime.InteropServices;

namespace BadNets.Transforms;

/// <summary>Interprets TorchSharp's exceptions.</summary>
static class NativeError
{
    /// <summary>The first line of the message as a sentence. In libtorch errors, a C++ stack trace follows it.</summary>
    public static string Sentence(Exception failure)
    {
        string line = failure.Message.Trim().Split('\n')[0].TrimEnd();
        return line.EndsWith('.') ? line : line + '.';
    }

    /// <summary>Whether memory ran out in .NET, in libtorch, or on a device.</summary>
    public static bool IsOutOfMemory(Exception failure) => failure is OutOfMemoryException
        // The allocator's name stands in its message on every system.
        || failure is ExternalException && (failure.Message.Contains("DefaultCPUAllocator", StringComparison.Ordinal)
            || failure.Message.Contains("out of memory", StringComparison.Ordinal));
}

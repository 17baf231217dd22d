using System.Runtime.InteropServices;

namespace BadNets.Transforms;

/// <summary>Interprets TorchSharp's exceptions.</summary>
static class NativeError
{
    /// <summary>Returns the first line of the message as a sentence. In libtorch errors, a C++ stack trace follows the first line.</summary>
    public static string Sentence(Exception failure)
    {
        string line = failure.Message.Trim().Split('\n')[0].TrimEnd();
        return line.EndsWith('.') ? line : line + '.';
    }

    /// <summary>Determines whether .NET, libtorch, or a device ran out of memory.</summary>
    public static bool IsOutOfMemory(Exception failure) => failure is OutOfMemoryException
        // The message contains the name of the allocator on every system.
        || failure is ExternalException && (failure.Message.Contains("DefaultCPUAllocator", StringComparison.Ordinal)
            || failure.Message.Contains("out of memory", StringComparison.Ordinal));
}

using System.Diagnostics;
using System.Globalization;

namespace BadNets.Fuzzing;

/// <summary>The peak memory of this process.</summary>
static class PeakMemory
{
    private const string Line = "VmHWM:";

    public static long Bytes
    {
        get
        {
            if (!OperatingSystem.IsLinux())
            {
                using var self = Process.GetCurrentProcess();
                return self.PeakWorkingSet64;
            }

            string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(Line, StringComparison.Ordinal));
            return 1024 * long.Parse(line.AsSpan(Line.Length, line.Length - Line.Length - " kB".Length), CultureInfo.InvariantCulture);
        }
    }
}

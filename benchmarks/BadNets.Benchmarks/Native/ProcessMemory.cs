using System.Diagnostics;
using System.Globalization;

namespace BadNets.Benchmarks;

/// <summary>The resident memory of this process, in MB.</summary>
static class ProcessMemory
{
    private const double BytesPerMegabyte = 1 << 20;

    public static double Now
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.WorkingSet64 / BytesPerMegabyte;
        }
    }

    public static double Peak
    {
        get
        {
            // .NET does not report the peak on every system, but Linux does.
            const string Field = "VmHWM:";
            if (File.Exists("/proc/self/status") && File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal)) is { } line)
                return double.Parse(line[Field.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1024;
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64 / BytesPerMegabyte;
        }
    }

    /// <summary>The number of minor page faults so far on Linux, or 0 on other systems.</summary>
    public static long PageFaults
    {
        get
        {
            // The program's name in parentheses can contain spaces. The tenth field overall is the eighth field after it.
            const string File = "/proc/self/stat";
            return System.IO.File.Exists(File)
                ? long.Parse(System.IO.File.ReadAllText(File).Split(')')[^1].Split(' ')[8], CultureInfo.InvariantCulture)
                : 0;
        }
    }
}

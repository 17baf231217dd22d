using System.Runtime.InteropServices;

namespace BadNets.Benchmarks;

/// <summary>The machine's processor.</summary>
static class Processor
{
    public static string Name
    {
        get
        {
            const string Field = "model name";
            if (File.Exists("/proc/cpuinfo") && File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal)) is { } line)
                return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
            return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
        }
    }
}

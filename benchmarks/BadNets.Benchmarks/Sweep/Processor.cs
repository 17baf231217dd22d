using System.Runtime.InteropServices;

namespace BadNets.Benchmarks;

/// <summary>The machine's processor.</summary>
static class Processor
{
    public static string Name
    {
        get
        {
            // A virtual machine can hide the full name. The family and the model still identify the generation.
            if (Field("model name") is { } name)
                return Field("cpu family") is { } family && Field("model") is { } model ? $"{name} (family {family}, model {model})" : name;
            return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
        }
    }

    private static string? Field(string name)
    {
        const string File = "/proc/cpuinfo";
        return System.IO.File.Exists(File)
            ? System.IO.File.ReadLines(File).Select(line => line.Split(':')).FirstOrDefault(parts => parts[0].Trim() == name)?[^1].Trim()
            : null;
    }
}

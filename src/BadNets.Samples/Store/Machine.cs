using System.Reflection;
using System.Runtime.InteropServices;
using BadNets.Transforms;
using Microsoft.ML;
using TorchSharp;

namespace BadNets.Samples.Store;

/// <summary>The machine and the software versions that were used for the measurements.</summary>
sealed record Machine(string Processor, int Cores, string System, string Runtime, string Library, string MlNet, string Torch)
{
    public static Machine ThisOne { get; } = new(
        FindProcessor(),
        Environment.ProcessorCount,
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        $"BadNets.Transforms {VersionOf(typeof(TorchCnnTrainer))}",
        $"Microsoft.ML {VersionOf(typeof(MLContext))}",
        $"TorchSharp {VersionOf(typeof(torch))}");

    private static string FindProcessor()
    {
        const string Field = "model name";
        if (File.Exists("/proc/cpuinfo") && File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal)) is { } line)
            return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static string VersionOf(Type type)
    {
        string version = type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        int commit = version.IndexOf('+', StringComparison.Ordinal);
        return commit < 0 ? version : version[..commit];
    }
}

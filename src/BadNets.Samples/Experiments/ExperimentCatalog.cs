using System.Text.Json;
using BadNets.Samples.Errors;

namespace BadNets.Samples.Experiments;

/// <summary>The built-in experiments: the JSON files in BuiltIn/.</summary>
static class ExperimentCatalog
{
    private const string Folder = "experiments/";

    private static readonly Lazy<IReadOnlyList<Experiment>> BuiltIn = new(Read);

    /// <summary>All built-in experiments, in the order of their file names.</summary>
    public static IReadOnlyList<Experiment> All => BuiltIn.Value;

    /// <summary>Returns the experiments that an experiment consists of: the experiment itself, or the ones that it includes.</summary>
    /// <exception cref="UsageException">The experiment includes one that does not exist.</exception>
    public static IReadOnlyList<Experiment> Expand(Experiment experiment) => experiment.Includes.Count == 0
        ? [experiment]
        : [.. experiment.Includes.Select(name => All.FirstOrDefault(known => known.Name == name && known.Includes.Count == 0)
            ?? throw new UsageException($"The experiment '{experiment.Name}' includes '{name}', which is not a built-in experiment."))];

    private static IReadOnlyList<Experiment> Read()
    {
        var assembly = typeof(ExperimentCatalog).Assembly;
        return
        [
            .. assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name =>
            {
                using var stream = assembly.GetManifestResourceStream(name)!;
                // Tests check their values. Doing it here would take a third of the time in which a command starts.
                return JsonSerializer.Deserialize<Experiment>(stream, CellJson.Options)!;
            }),
        ];
    }
}

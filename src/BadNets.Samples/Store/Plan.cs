using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;

namespace BadNets.Samples.Store;

/// <summary>
/// A started experiment: its description and its cells. The plan is written before the first cell is trained, so that a report also shows cells that
/// failed or never started.
/// </summary>
/// <param name="Format">The version of the format of results.</param>
/// <param name="Experiment">The experiment.</param>
/// <param name="Cells">All its cells.</param>
[method: JsonConstructor]
sealed record Plan(int Format, Experiment Experiment, IReadOnlyList<Cell> Cells)
{
    public Plan(Experiment experiment, IEnumerable<Cell> cells)
        : this(CellDescription.CurrentFormat, experiment, [.. cells.Distinct()])
    {
    }

    /// <summary>Returns the published name of the CSV file of a cell in this experiment, or null if it has none.</summary>
    public string? ExportNameOf(Cell cell) =>
        Experiment.Published is { } names && PublishedNames.CanDescribe(cell) ? names.NameOf(cell) : null;

    /// <summary>Writes the plan. Equal plans are written to the same file.</summary>
    public void Write(ResultsFolder results)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(this, CellJson.Options);
        string hash = Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, 4));
        AtomicFile.Write(results.Plan($"{Experiment.Name}-{hash}"), stream => stream.Write(json));
    }

    /// <summary>The plans in a folder, in the order in which they were written.</summary>
    /// <exception cref="InvalidDataException">A file is damaged, or a newer version wrote it.</exception>
    public static IReadOnlyList<Plan> ReadAll(ResultsFolder results) => [.. FilesOf(results).Select(Read).OfType<Plan>()];

    /// <summary>The files of the plans in a folder, in the order in which they were written.</summary>
    public static IEnumerable<string> FilesOf(ResultsFolder results) => results.Plans.OrderBy(File.GetLastWriteTimeUtc);

    /// <returns>The plan, or null if there is none.</returns>
    /// <exception cref="InvalidDataException">The file is damaged, or a newer version wrote it.</exception>
    public static Plan? Read(string path)
    {
        // Another process may have deleted it.
        if (SharedFile.ReadBytes(path) is not { } content)
            return null;
        try
        {
            var plan = CellJson.Read<Plan>(content);
            if (plan.Format != CellDescription.CurrentFormat)
                throw new UsageException(FormattableString.Invariant($"its format is {plan.Format}, but this version reads {CellDescription.CurrentFormat}"));
            if (plan.Cells.Any(cell => cell is null))
                throw new UsageException("a cell is null");
            plan.Experiment.Check();
            return plan;
        }
        catch (Exception fault) when (fault is JsonException or UsageException)
        {
            throw new InvalidDataException($"'{path}' cannot be read: {CellJson.Explain(fault).TrimEnd('.')}. Delete the file, and repeat the command that wrote it.", fault);
        }
    }
}

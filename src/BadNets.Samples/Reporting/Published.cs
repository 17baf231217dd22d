using BadNets.Samples.Experiments;

namespace BadNets.Samples.Reporting;

/// <summary>What the published runs of the reference recipe on MNIST ended with.</summary>
static class Published
{
    private static readonly Lazy<IReadOnlyList<PublishedRow>> Rows = new(Read);

    /// <summary>The published row that a run repeats, or null.</summary>
    public static PublishedRow? Find(Experiment experiment, Cell cell) =>
        cell is { Dataset: "MNIST", TrainRows: 60_000, TestRows: 10_000, Seed: 0, Attack.TargetLabel: 1 } && cell.Recipe == Recipe.Reference
            ? Rows.Value.FirstOrDefault(row => row.Experiment == experiment.Number && row.IsOf(cell.Attack))
            : null;

    private static IReadOnlyList<PublishedRow> Read()
    {
        using var stream = typeof(Published).Assembly.GetManifestResourceStream("published.csv")
            ?? throw new InvalidOperationException("The published numbers are not in the program.");
        return CsvTable.Read<PublishedRow>(stream, "published.csv");
    }
}

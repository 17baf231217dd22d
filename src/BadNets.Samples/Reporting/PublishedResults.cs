using BadNets.Samples.Experiments;
using BadNets.Samples.Files;

namespace BadNets.Samples.Reporting;

/// <summary>The final numbers of the published runs with the reference recipe on MNIST.</summary>
static class PublishedResults
{
    private static readonly Lazy<Dictionary<Cell, PublishedRow>> Rows = new(Read);

    /// <summary>The published numbers of a cell, or null.</summary>
    public static PublishedRow? Find(Cell cell) => Rows.Value.GetValueOrDefault(cell);

    private static Dictionary<Cell, PublishedRow> Read()
    {
        using var stream = typeof(PublishedResults).Assembly.GetManifestResourceStream("published.csv")
            ?? throw new InvalidOperationException("The published numbers are not in the program.");
        // Experiments share cells, which have the same numbers in each.
        return CsvTable.Read<PublishedRow>(stream, "published.csv").DistinctBy(row => row.Cell).ToDictionary(row => row.Cell);
    }
}

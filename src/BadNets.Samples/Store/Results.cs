using BadNets.Samples.Experiments;

namespace BadNets.Samples.Store;

/// <summary>The content of a results folder.</summary>
/// <param name="Plans">The experiments that were started.</param>
/// <param name="Cells">The stored results of their cells and of all other cells, by ID.</param>
sealed record Results(IReadOnlyList<Plan> Plans, IReadOnlyDictionary<string, StoredCell> Cells)
{
    /// <summary>Reads a folder, even while other processes add to it.</summary>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static Results Read(ResultsFolder results)
    {
        var plans = Plan.ReadAll(results);
        EarlierRecord[] earlier = [.. results.EarlierRecords.Select(path => EarlierRecord.Read(results, path)).OfType<EarlierRecord>()];
        var cells = new Dictionary<string, StoredCell>(StringComparer.Ordinal);
        var described = results.Cells.Select(CellDescription.Read).OfType<CellDescription>().Select(description => description.Cell);
        foreach (var cell in plans.SelectMany(plan => plan.Cells).Concat(described).DistinctBy(cell => cell.Id))
            cells.Add(cell.Id, StoredCell.Read(results, cell));
        foreach (var record in earlier)
        {
            if (!cells.TryGetValue(record.Cell.Cell.Id, out var stored) || stored.Epochs.Count == 0)
                cells[record.Cell.Cell.Id] = record.Cell;
        }

        return new Results([.. plans, .. PlansOf(earlier)], cells);
    }

    /// <summary>Returns the experiments that records of version 0.1 belong to, according to the names of their CSV files.</summary>
    public static IReadOnlyList<Plan> PlansOf(IReadOnlyList<EarlierRecord> records) =>
    [
        .. from experiment in ExperimentCatalog.All
           where experiment.Published is not null
           let cells = records.Where(record => record.Runs.Any(run => run.StartsWith(experiment.Published!.Number + "_", StringComparison.Ordinal)))
               .Select(record => record.Cell.Cell).ToArray()
           where cells.Length > 0
           select new Plan(experiment, cells),
    ];
}

using BadNets.Samples.Experiments;

namespace BadNets.Samples.Store;

/// <summary>The content of a results folder.</summary>
/// <param name="Plans">The experiments that were started.</param>
/// <param name="Cells">The stored results of their cells and of all other cells, by ID.</param>
sealed record Results(IReadOnlyList<Plan> Plans, IReadOnlyDictionary<string, StoredCell> Cells)
{
    /// <summary>Reads a folder, even while other processes add to it.</summary>
    /// <param name="results">The folder.</param>
    /// <param name="onDamaged">Receives a sentence for each damaged file, whose content is then left out. Null: the first one is an exception.</param>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static Results Read(ResultsFolder results, Action<string>? onDamaged = null)
    {
        T? Try<T>(Func<T?> read, Func<string, T?> instead) where T : class
        {
            try
            {
                return read();
            }
            catch (InvalidDataException fault) when (onDamaged is not null)
            {
                onDamaged(fault.Message);
                return instead(fault.Message);
            }
        }

        Plan[] plans = [.. Plan.FilesOf(results).Select(path => Try(() => Plan.Read(path), _ => null)).OfType<Plan>()];
        EarlierRecord[] earlier = [.. results.EarlierRecords.Select(path => Try(() => EarlierRecord.Read(results, path), _ => null)).OfType<EarlierRecord>()];
        var cells = new Dictionary<string, StoredCell>(StringComparer.Ordinal);
        Cell[] planned = [.. plans.SelectMany(plan => plan.Cells).DistinctBy(cell => cell.Id)];
        var others = results.Cells.ExceptBy(planned.Select(cell => cell.Id), folder => Path.GetFileName(folder.Path))
            .Select(folder => Try(() => CellDescription.Read(folder), _ => null)).OfType<CellDescription>().Select(description => description.Cell);
        foreach (var cell in planned.Concat(others))
            cells.Add(cell.Id, Try(() => StoredCell.Read(results, cell), reason => new StoredCell(cell, null, [], reason, null, results.Of(cell)))!);
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

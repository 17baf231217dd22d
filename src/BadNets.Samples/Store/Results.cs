using System.Runtime.ExceptionServices;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;

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
        // Files are read on all cores, and damage is reported in their order.
        T[] All<TItem, T>(IReadOnlyList<TItem> items, Func<TItem, T?> read, Func<TItem, string, T?> instead) where T : class
        {
            var contents = SideBySide.Select<TItem, (T? Content, InvalidDataException? Fault)>(items, item =>
            {
                try
                {
                    return (read(item), null);
                }
                catch (InvalidDataException fault)
                {
                    return (instead(item, fault.Message), fault);
                }
            });
            foreach (var fault in contents.Select(each => each.Fault).OfType<InvalidDataException>())
            {
                if (onDamaged is null)
                    ExceptionDispatchInfo.Throw(fault);
                onDamaged(fault.Message);
            }

            return [.. contents.Select(each => each.Content).OfType<T>()];
        }

        Plan[] plans = All([.. Plan.FilesOf(results)], Plan.Read, (_, _) => null);
        EarlierRecord[] earlier = All([.. results.EarlierRecords], path => EarlierRecord.Read(results, path), (_, _) => null);
        Cell[] planned = [.. plans.SelectMany(plan => plan.Cells).DistinctBy(cell => cell.Id)];
        CellFolder[] unplanned = [.. results.Cells.ExceptBy(planned.Select(cell => cell.Id), folder => Path.GetFileName(folder.Path))];
        CellDescription[] others = All(unplanned, folder => CellDescription.Read(folder), (_, _) => null);
        var cells = All([.. planned, .. others.Select(description => description.Cell)], cell => StoredCell.Read(results, cell), (cell, reason) => new StoredCell(cell, null, [], reason, null, results.Of(cell)))
            .ToDictionary(stored => stored.Cell.Id, StringComparer.Ordinal);
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

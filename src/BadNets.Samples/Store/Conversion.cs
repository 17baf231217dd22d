using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;

namespace BadNets.Samples.Store;

/// <summary>Converts results of version 0.1, so that training can continue.</summary>
static class Conversion
{
    /// <summary>Converts a folder. Checkpoints, models, and images are moved to their new folders. The CSV files are not moved.</summary>
    /// <returns>The number of cells.</returns>
    /// <exception cref="UsageException">There is nothing to convert, or another process writes a cell.</exception>
    /// <exception cref="InvalidDataException">A record is damaged.</exception>
    public static int Convert(ResultsFolder results)
    {
        EarlierRecord[] records = [.. results.EarlierRecords.Select(path => EarlierRecord.Read(results, path)).OfType<EarlierRecord>()];
        if (records.Length == 0)
            throw new UsageException($"'{results.Path}' has no results of an earlier version.");
        var plans = Results.PlansOf(records);
        foreach (var plan in plans)
            plan.Write(results);
        foreach (var record in records)
            Convert(results, record, [.. plans.Where(plan => plan.Cells.Contains(record.Cell.Cell)).Select(plan => plan.ExportNameOf(record.Cell.Cell)).OfType<string>()]);
        return records.Length;
    }

    private static void Convert(ResultsFolder results, EarlierRecord record, IReadOnlyList<string> exports)
    {
        var stored = record.Cell;
        using var writer = CellWriter.TryOpen(results, stored.Cell, exports, fresh: false)
            ?? throw new UsageException($"Another process is training '{stored.Cell.Id}'. Wait until it ends.");
        var folder = writer.Folder;
        if (writer.Epochs.Count == 0)
        {
            Move(results.In("checkpoints", record.Name + ".ckpt"), folder.Checkpoint);
            foreach (string run in record.Runs)
                Move(results.In("models", run + ".zip"), folder.Model);
            foreach (string extension in new[] { "svg", "png" })
                Move(results.FigurePath("digits_" + record.Name, extension), folder.EarlierImages(extension));
            Move(results.In("failures", record.Name + ".txt"), folder.Failure);
            // Last, after the files and the description, so that an interrupted conversion can be repeated.
            CsvTable.Write(folder.Epochs, stored.Epochs);
            new CellDescription(CellDescription.CurrentFormat, stored.Cell, stored.Machine!).Write(folder);
        }

        // The recipe that version 0.1 called modern is a different one today, and its cells have different IDs.
        foreach (string run in record.Runs.Except(exports))
            File.Delete(results.Csv(run));
        foreach (string run in exports.Except(record.Runs))
            ExportRow.Write(results, run, stored.Cell, stored.Epochs);
        File.Delete(results.In("runs", record.Name + ".json"));
    }

    private static void Move(string from, string to)
    {
        if (File.Exists(from))
            File.Move(from, to, overwrite: true);
    }
}

using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;

namespace BadNets.Samples.Store;

/// <summary>Converts results from version 0.1, so that training can continue.</summary>
static class Conversion
{
    /// <summary>Converts a folder. Checkpoints, models, and images move to their new places; the CSV files stay where they are.</summary>
    /// <returns>The number of cells.</returns>
    /// <exception cref="UsageException">There is nothing to convert, or another process writes a cell.</exception>
    /// <exception cref="InvalidDataException">A record is damaged.</exception>
    public static int Convert(ResultsFolder results)
    {
        EarlierRecord[] records = [.. results.EarlierRecords.Select(path => EarlierRecord.Read(results, path)).OfType<EarlierRecord>()];
        if (records.Length == 0)
            throw new UsageException($"'{results.Path}' has no results of an earlier version.");
        foreach (var plan in Results.PlansOf(records))
            plan.Write(results);
        foreach (var record in records)
            Convert(results, record);
        return records.Length;
    }

    private static void Convert(ResultsFolder results, EarlierRecord record)
    {
        var stored = record.Cell;
        using var writer = CellWriter.TryOpen(results, stored.Cell, [], fresh: false)
            ?? throw new UsageException($"Another process is training '{stored.Cell.Id}'; wait for it to end.");
        var folder = writer.Folder;
        if (writer.Epochs.Count == 0)
        {
            Move(results.In("checkpoints", record.Name + ".ckpt"), folder.Checkpoint);
            foreach (string run in record.Runs)
                Move(results.In("models", run + ".zip"), folder.Model);
            foreach (string extension in new[] { "svg", "png" })
                Move(results.FigurePath("digits_" + record.Name, extension), folder.Sheet(extension));
            Move(results.In("failures", record.Name + ".txt"), folder.Failure);
            // Last, after the files and the description, so that an interrupted conversion can be repeated.
            CsvTable.Write(folder.Epochs, stored.Epochs);
            new CellDescription(CellDescription.CurrentFormat, stored.Cell, stored.Machine!).Write(folder);
        }

        File.Delete(results.In("runs", record.Name + ".json"));
    }

    private static void Move(string from, string to)
    {
        if (File.Exists(from))
            File.Move(from, to, overwrite: true);
    }
}

using BadNets.Samples.Experiments;
using BadNets.Samples.Files;

namespace BadNets.Samples.Store;

/// <summary>The stored results of a cell.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Machine">Where the last epoch was trained; null if training has not started.</param>
/// <param name="Epochs">The finished epochs, in order.</param>
/// <param name="Failure">Why training failed, or why a file cannot be read, in a sentence; otherwise null.</param>
/// <param name="FailurePath">The file with the stack trace, relative to the results; null if there is no such file.</param>
/// <param name="Folder">The folder of its files, which need not exist.</param>
sealed record StoredCell(Cell Cell, Machine? Machine, IReadOnlyList<EpochRow> Epochs, string? Failure, string? FailurePath, CellFolder Folder)
{
    /// <summary>The last finished epoch, or null.</summary>
    public EpochRow? Last => Epochs.Count == 0 ? null : Epochs[^1];

    public bool IsComplete => Epochs.Count == Cell.Recipe.Epochs;

    /// <summary>Reads a cell, even while another process trains it.</summary>
    /// <returns>The stored results, without epochs if training has not started.</returns>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static StoredCell Read(ResultsFolder results, Cell cell)
    {
        var folder = results.Of(cell);
        // Read the epochs before the description, because a process that starts again deletes the description first.
        var epochs = ReadEpochs(folder.Epochs, cell);
        return CellDescription.Read(folder) is { } description
            ? new(cell, description.Machine, epochs, FailureFile.ReadSentence(folder.Failure), results.Relative(folder.Failure), folder)
            : new(cell, null, [], FailureFile.ReadSentence(folder.Failure), results.Relative(folder.Failure), folder);
    }

    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    private static IReadOnlyList<EpochRow> ReadEpochs(string path, Cell cell)
    {
        if (SharedFile.ReadBytes(path) is not { } content)
            return [];
        var epochs = CsvTable.Read<EpochRow>(new MemoryStream(content), path);
        for (int i = 0; i < epochs.Count; i++)
        {
            string? fault = epochs[i].FindFault()
                ?? (epochs[i].Epoch == i ? null : FormattableString.Invariant($"epoch is {epochs[i].Epoch}, but must be {i}"));
            if (fault is not null)
                throw new InvalidDataException(FormattableString.Invariant($"'{path}' has an invalid value in line {i + 2}: {fault}."));
        }

        return epochs.Count <= cell.Recipe.Epochs
            ? epochs
            : throw new InvalidDataException(FormattableString.Invariant($"'{path}' has {epochs.Count} epochs, but the cell has {cell.Recipe.Epochs}."));
    }
}

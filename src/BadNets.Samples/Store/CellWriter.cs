using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;

namespace BadNets.Samples.Store;

/// <summary>Writes the results of a cell. Only one process at a time can do this.</summary>
sealed class CellWriter : IDisposable
{
    private readonly ResultsFolder _results;
    private readonly CellLock _lock;
    private readonly IReadOnlyList<string> _exports;
    private List<EpochRow> _epochs;

    private CellWriter(ResultsFolder results, Cell cell, IReadOnlyList<string> exports, CellLock @lock, IEnumerable<EpochRow> epochs)
    {
        _results = results;
        _exports = exports;
        _lock = @lock;
        _epochs = [.. epochs];
        Cell = cell;
        Folder = results.Of(cell);
    }

    public Cell Cell { get; }

    public CellFolder Folder { get; }

    public IReadOnlyList<EpochRow> Epochs => _epochs;

    /// <summary>Whether all epochs are recorded and the model is saved.</summary>
    public bool IsDone => _epochs.Count == Cell.Recipe.Epochs && File.Exists(Folder.Model);

    /// <summary>Opens a cell.</summary>
    /// <param name="results">The results folder.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="exports">The names of its CSV files in the published code.</param>
    /// <param name="fresh">Whether to delete its earlier results.</param>
    /// <returns>The writer, or null if another process writes the cell.</returns>
    /// <exception cref="InvalidDataException">Its earlier results are damaged.</exception>
    public static CellWriter? TryOpen(ResultsFolder results, Cell cell, IReadOnlyList<string> exports, bool fresh)
    {
        var folder = results.Of(cell);
        if (CellLock.TryTake(folder) is not { } @lock)
            return null;
        try
        {
            RemoveLeftovers(folder);
            if (fresh)
                Forget(results, folder, exports);
            return new CellWriter(results, cell, exports, @lock, StoredCell.Read(results, cell).Epochs);
        }
        catch
        {
            @lock.Dispose();
            throw;
        }
    }

    /// <summary>Checks that no other process has taken over the cell.</summary>
    /// <exception cref="CellTakenException">Another process has taken it over.</exception>
    public void Check() => _lock.Check();

    /// <summary>Adds an epoch. If it already exists, replaces it and removes all later epochs.</summary>
    /// <exception cref="CellTakenException">Another process has taken over the cell.</exception>
    /// <exception cref="ForeseenException">Epochs before it are missing.</exception>
    public void Add(EpochRow epoch)
    {
        // If a process ends after this and before it writes the checkpoint, the epoch will be trained again.
        if (epoch.Epoch > _epochs.Count)
        {
            throw new ForeseenException(FormattableString.Invariant(
                $"The checkpoint '{Folder.Checkpoint}' is at epoch {epoch.Epoch}, but there are results for only {_epochs.Count} epochs. Start again with --fresh."));
        }

        _lock.Check();
        List<EpochRow> next = [.. _epochs.Take(epoch.Epoch), epoch];
        new CellDescription(CellDescription.CurrentFormat, Cell, Machine.ThisOne).Write(Folder);
        CsvTable.Write(Folder.Epochs, next);
        _epochs = next;
        Export();
    }

    /// <summary>Writes the images, and deletes those of earlier versions.</summary>
    public void Write(CellImages images)
    {
        images.Write(Folder);
        File.Delete(Folder.EarlierImages("svg"));
        File.Delete(Folder.EarlierImages("png"));
    }

    /// <summary>Writes the CSV files for the scripts of the published program.</summary>
    public void Export()
    {
        // Without an epoch, there is no description that identifies the origin of the file.
        if (_epochs.Count == 0)
            return;
        foreach (string run in _exports)
            ExportRow.Write(_results, run, Cell, _epochs);
    }

    /// <summary>Records why training failed. The record is deleted when training succeeds.</summary>
    /// <returns>The file with the full stack trace, or null if it cannot be written.</returns>
    public string? KeepFailure(Exception failure)
    {
        try
        {
            FailureFile.Write(Folder.Failure, Cell.Id, failure);
            return Folder.Failure;
        }
        catch (Exception ioFailure) when (ioFailure is IOException or UnauthorizedAccessException)
        {
            // Training might have failed because the disk is full. That is no reason to stop other training runs. Null means that there is no file.
            return null;
        }
    }

    /// <summary>Deletes the record of an earlier failure, because the training is done.</summary>
    public void ForgetFailure() => File.Delete(Folder.Failure);

    public void Dispose() => _lock.Dispose();

    private static void RemoveLeftovers(CellFolder folder)
    {
        PendingFile.RemoveLeftovers(folder.Path);
        // The library's name for an incomplete checkpoint.
        File.Delete(folder.Checkpoint + ".new");
    }

    private static void Forget(ResultsFolder results, CellFolder folder, IReadOnlyList<string> exports)
    {
        // The exports first, because without a description, they would be files of unknown origin.
        string[] files =
        [
            .. exports.Select(results.Csv).Where(File.Exists),
            folder.Description, folder.Epochs, folder.Checkpoint, folder.Model, folder.Failure, folder.Images, folder.EarlierImages("svg"), folder.EarlierImages("png"),
        ];
        foreach (string file in files)
            File.Delete(file);
    }
}

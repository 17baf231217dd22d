using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;

namespace BadNets.Samples.Store;

/// <summary>Writes a cell's results; only one process does so at a time.</summary>
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
    /// <param name="results">The results.</param>
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

    /// <summary>Checks that this process still has the cell.</summary>
    /// <exception cref="CellTakenException">Another process has taken it over.</exception>
    public void Check() => _lock.Check();

    /// <summary>Adds an epoch. It replaces that epoch and all later ones.</summary>
    /// <exception cref="CellTakenException">Another process has taken the cell over.</exception>
    /// <exception cref="ForeseenException">Epochs before it are missing.</exception>
    public void Add(EpochRow epoch)
    {
        // A process that ends between this and the checkpoint leaves an epoch here that will be trained again.
        if (epoch.Epoch > _epochs.Count)
        {
            throw new ForeseenException(FormattableString.Invariant(
                $"The checkpoint '{Folder.Checkpoint}' is at epoch {epoch.Epoch}, but there are results for only {_epochs.Count} epochs; start again with --fresh."));
        }

        _lock.Check();
        List<EpochRow> next = [.. _epochs.Take(epoch.Epoch), epoch];
        new CellDescription(CellDescription.CurrentFormat, Cell, Machine.ThisOne).Write(Folder);
        CsvTable.Write(Folder.Epochs, next);
        _epochs = next;
        Export();
    }

    /// <summary>Writes the images, in place of those of earlier versions.</summary>
    public void Write(CellImages images)
    {
        images.Write(Folder);
        File.Delete(Folder.EarlierImages("svg"));
        File.Delete(Folder.EarlierImages("png"));
    }

    /// <summary>Writes the CSV files for the published code's scripts.</summary>
    public void Export()
    {
        // Without an epoch there is no description either, which says whose file it is.
        if (_epochs.Count == 0)
            return;
        foreach (string run in _exports)
            ExportRow.Write(_results, run, Cell, _epochs);
    }

    /// <summary>Records why training failed, until it succeeds.</summary>
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
            // The training may have failed because the disk is full. That is no reason to stop the others; null says that there is no file.
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
        // The exports first: without a description they would be files of unknown origin.
        string[] files =
        [
            .. exports.Select(results.Csv).Where(File.Exists),
            folder.Description, folder.Epochs, folder.Checkpoint, folder.Model, folder.Failure, folder.Images, folder.EarlierImages("svg"), folder.EarlierImages("png"),
        ];
        foreach (string file in files)
            File.Delete(file);
    }
}

using BadNets.Samples.Experiments;
using BadNets.Samples.Reporting;
using BadNets.Samples.Reporting.Figures;

namespace BadNets.Samples.Running;

/// <summary>The numbers of one training on disk: its record, and from that the CSV files of the runs that it serves.</summary>
sealed class TrainingLog
{
    private readonly OutputFolder _folder;
    private TrainingRecord _record;

    private TrainingLog(OutputFolder folder, Cell cell, TrainingRecord record)
    {
        _folder = folder;
        Cell = cell;
        _record = record;
    }

    public Cell Cell { get; }

    public IReadOnlyList<string> RunNames => _record.Runs;

    public IReadOnlyList<EpochResult> Epochs => _record.Epochs;

    public bool IsComplete => Epochs.Count == Cell.Recipe.Epochs;

    public string CheckpointPath => _folder.Checkpoint(Cell.Name);

    /// <summary>Finds what there is of a training.</summary>
    /// <param name="folder">The results.</param>
    /// <param name="training">The training.</param>
    /// <param name="fresh">Whether to forget it.</param>
    /// <exception cref="UsageException">There are results of another training in its place.</exception>
    public static TrainingLog Open(OutputFolder folder, Training training, bool fresh)
    {
        var cell = training.Cell;
        string path = folder.Record(cell.Name);
        string[] earlierRuns = fresh ? Forget(folder, training) : [];
        var record = TrainingRecord.Read(path) ?? new TrainingRecord(TrainingRecord.CurrentFormat, cell.Settings, earlierRuns, Machine.ThisOne, []);
        // If no epoch has finished, there is nothing that other settings could overwrite.
        if (record.Epochs.Count == 0)
            record = record with { Settings = cell.Settings };
        foreach (var (name, value) in cell.Settings)
        {
            if (record.Settings.GetValueOrDefault(name) is var there && there != value)
                throw new UsageException($"'{path}' is of a training with {name} {there ?? "unknown"}, but this one has {value}; use another --output, or --fresh to forget the earlier results.");
        }

        // The names become paths.
        if (record.Runs.Except(PossibleRunNames(cell)).FirstOrDefault() is { } impossible)
            throw new InvalidDataException($"The training record '{path}' is damaged: there is no run '{impossible}' of it; start again with --fresh, which forgets it.");

        var runs = training.RunNames.Except(record.Runs).ToArray();
        if (runs.Select(folder.Csv).FirstOrDefault(File.Exists) is { } stranger)
            throw new UsageException($"'{stranger}' is there, but '{path}', which would say what it is of, is not; use another --output, or --fresh to forget the earlier results.");
        return new TrainingLog(folder, cell, record with { Runs = [.. record.Runs, .. runs] });
    }

    /// <summary>Writes all files anew, so that each run of the training has its own.</summary>
    public void Write() => Write(_record);

    /// <summary>Adds an epoch, in place of what was there from it on.</summary>
    public void Add(EpochResult epoch)
    {
        // A process that ends between this and the checkpoint leaves an epoch here that will be trained again.
        if (epoch.Epoch > Epochs.Count)
        {
            throw new InvalidDataException(
                $"The checkpoint '{CheckpointPath}' is at epoch {epoch.Epoch}, but there are results of {Epochs.Count} epochs only; start again with --fresh.");
        }

        var next = _record with { Machine = Machine.ThisOne, Epochs = [.. Epochs.Take(epoch.Epoch), epoch] };
        Write(next);
        _record = next;
    }

    /// <summary>Stores why the training failed, until it succeeds.</summary>
    /// <returns>The file with the full stack trace, or null if it cannot be written.</returns>
    public string? KeepFailure(Exception failure)
    {
        string path = _folder.Failure(Cell.Name);
        try
        {
            FailureFile.Write(path, failure);
            return path;
        }
        catch (Exception ioFailure) when (ioFailure is IOException or UnauthorizedAccessException)
        {
            // The training may have failed because the disk is full. That is no reason to stop the others; null says that there is no file.
            return null;
        }
    }

    /// <summary>Deletes an earlier failure, because the training is done.</summary>
    public void ForgetFailure() => FailureFile.Delete(_folder.Failure(Cell.Name));

    private void Write(TrainingRecord record)
    {
        record.Write(_folder.Record(Cell.Name));
        string checkpoint = _folder.Relative(CheckpointPath);
        foreach (string run in record.Runs)
            CsvTable.Write(_folder.Csv(run), record.Epochs.Select(epoch => RunCsvRow.Of(run, checkpoint, Cell, epoch)));
    }

    /// <returns>The runs whose files were deleted.</returns>
    private static string[] Forget(OutputFolder folder, Training training)
    {
        string path = folder.Record(training.Cell.Name);
        string[] runs = [.. RunsIn(path).Union(training.RunNames).Intersect(PossibleRunNames(training.Cell))];
        File.Delete(folder.Checkpoint(training.Cell.Name));
        FailureFile.Delete(folder.Failure(training.Cell.Name));
        foreach (string extension in new[] { "svg", "png" })
            File.Delete(folder.Figure(ContactSheet.NameOf(training.Cell.Name), extension));
        foreach (string run in runs)
        {
            File.Delete(folder.Csv(run));
            File.Delete(folder.Model(run));
        }

        File.Delete(path);
        return runs;
    }

    private static IReadOnlyList<string> RunsIn(string path)
    {
        try
        {
            return TrainingRecord.Read(path)?.Runs ?? [];
        }
        catch (InvalidDataException)
        {
            // To forget it, one need not understand it.
            return [];
        }
    }

    private static IEnumerable<string> PossibleRunNames(Cell cell) => Experiment.All.Select(experiment => experiment.NameOf(cell));
}

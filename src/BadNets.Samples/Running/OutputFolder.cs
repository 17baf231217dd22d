using BadNets.Samples.Datasets;

namespace BadNets.Samples.Running;

/// <summary>The folder that results go to.</summary>
sealed class OutputFolder : IDisposable
{
    private readonly FileStream? _lock;

    private OutputFolder(string path, FileStream? @lock)
    {
        Path = path;
        _lock = @lock;
    }

    public string Path { get; }

    /// <summary>Makes the folder unless it is there, and keeps other processes out of it until this is disposed of or the process ends.</summary>
    /// <exception cref="UsageException">Another process is at work in it, or it cannot be written.</exception>
    public static OutputFolder Open(string path)
    {
        try
        {
            foreach (string folder in new[] { "csv", "runs", "checkpoints", "models", "figures" })
                Directory.CreateDirectory(System.IO.Path.Combine(path, folder));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw CannotBeWritten(path, failure);
        }

        var opened = new OutputFolder(path, Lock(path));
        opened.RemoveLeftovers();
        return opened;
    }

    /// <summary>Makes the folder for evaluations unless it is there; others may be at work beside.</summary>
    /// <returns>Its path.</returns>
    /// <exception cref="UsageException">It cannot be written.</exception>
    public static string MakeEvaluations(string path)
    {
        string folder = System.IO.Path.Combine(path, "evaluations");
        Make(folder, path);
        return folder;
    }

    /// <summary>A folder with results, to read them and to make a report of them, also while another process adds to them.</summary>
    /// <exception cref="UsageException">There are no results in the folder, or it cannot be written.</exception>
    public static OutputFolder OpenForReport(string path)
    {
        if (!Directory.Exists(System.IO.Path.Combine(path, "csv")))
            throw new UsageException($"There are no results in '{path}'; name the folder that has them with --output.");
        Make(System.IO.Path.Combine(path, "figures"), path);
        return new OutputFolder(path, null);
    }

    /// <summary>The CSV files of all runs, by name.</summary>
    public IEnumerable<string> CsvPaths => Directory.EnumerateFiles(In("csv"), "exp*.csv").Order(StringComparer.Ordinal);

    /// <summary>The records of all trainings, by name.</summary>
    public IEnumerable<string> RecordPaths =>
        Directory.Exists(In("runs")) ? Directory.EnumerateFiles(In("runs"), "*.json").Order(StringComparer.Ordinal) : [];

    public string Csv(string run) => In("csv", run + ".csv");

    public string Record(string training) => In("runs", training + ".json");

    public string Checkpoint(string training) => In("checkpoints", training + ".ckpt");

    public string Model(string run) => In("models", run + ".zip");

    public string Failure(string training) => In("failures", training + ".txt");

    public string Figure(string name, string extension) => In("figures", $"{name}.{extension}");

    public string Summary => In("summary.csv");

    public string Report => In("report.html");

    /// <summary>A file's name within this folder, the same on every system.</summary>
    public string Relative(string path) => System.IO.Path.GetRelativePath(Path, path).Replace('\\', '/');

    public void Dispose() => _lock?.Dispose();

    // Files that a killed process left behind.
    private void RemoveLeftovers()
    {
        foreach (string folder in new[] { "", "csv", "runs", "checkpoints", "models", "figures", "failures", "evaluations" })
            PendingFile.RemoveLeftovers(In(folder));
        // The library's name for an incomplete checkpoint. No other process trains in this folder.
        foreach (string file in Directory.EnumerateFiles(In("checkpoints"), "*.ckpt.new"))
            File.Delete(file);
    }

    private string In(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    private static void Make(string folder, string path)
    {
        try
        {
            Directory.CreateDirectory(folder);
            // Permissions do not tell: the file system itself may be read-only.
            using var trial = new PendingFile(System.IO.Path.Combine(folder, "trial"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw CannotBeWritten(path, failure);
        }
    }

    private static FileStream Lock(string path)
    {
        string file = System.IO.Path.Combine(path, ".lock");
        try
        {
            // The system lets go of it however the process ends.
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure) when (IsHeldByAnother(failure))
        {
            throw new UsageException($"Another process is at work in the output folder '{path}'; wait for it to end, or name another folder with --output.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw CannotBeWritten(path, failure);
        }
    }

    // ERROR_SHARING_VIOLATION; EWOULDBLOCK (Linux, macOS).
    private static bool IsHeldByAnother(IOException failure) =>
        OperatingSystem.IsWindows() ? (failure.HResult & 0xffff) == 32 : failure.HResult is 11 or 35;

    private static UsageException CannotBeWritten(string path, Exception failure) =>
        new($"The output folder '{path}' cannot be written ({failure.Message.TrimEnd('.')}); name another with --output.");
}

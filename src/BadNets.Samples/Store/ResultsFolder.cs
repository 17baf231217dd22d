using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;

namespace BadNets.Samples.Store;

/// <summary>A results folder. Several processes can use it at the same time, but each cell has only one writer at a time.</summary>
sealed class ResultsFolder
{
    private static readonly TimeSpan LongestWrite = TimeSpan.FromHours(1);

    private ResultsFolder(string path) => Path = path;

    public string Path { get; }

    /// <summary>Opens a folder to add results. Creates it if it does not exist.</summary>
    /// <exception cref="UsageException">The folder is not writable, or has results of an earlier version.</exception>
    public static ResultsFolder Open(string path)
    {
        foreach (string folder in new[] { "cells", "experiments", "csv", "figures" })
            Make(System.IO.Path.Combine(path, folder), path);
        var opened = new ResultsFolder(path);
        foreach (string folder in new[] { "", "experiments", "csv", "figures", "evaluations" })
            PendingFile.RemoveLeftovers(opened.In(folder), LongestWrite);
        return opened;
    }

    /// <summary>Opens a folder with results to write a report.</summary>
    /// <exception cref="UsageException">There are no results in the folder, or it is not writable.</exception>
    public static ResultsFolder OpenForReport(string path)
    {
        var opened = new ResultsFolder(path);
        if (!Directory.Exists(opened.In("cells")) && !Directory.Exists(opened.In("runs")))
            throw new UsageException($"There are no results in '{path}'. Use --output to specify the folder with the results.");
        Make(opened.In("figures"), path);
        return opened;
    }

    /// <summary>Opens the folder for evaluations. Creates it if it does not exist.</summary>
    /// <returns>Its path.</returns>
    /// <exception cref="UsageException">The folder is not writable.</exception>
    public static string MakeEvaluations(string path)
    {
        string folder = System.IO.Path.Combine(path, "evaluations");
        Make(folder, path);
        return folder;
    }

    /// <summary>Opens the folder for drawings of triggers. Creates it if it does not exist.</summary>
    /// <returns>Its path.</returns>
    /// <exception cref="UsageException">The folder is not writable.</exception>
    public static string MakeTriggers(string path)
    {
        string folder = System.IO.Path.Combine(path, "triggers");
        Make(folder, path);
        return folder;
    }

    /// <summary>The folders of all cells, by name.</summary>
    public IEnumerable<CellFolder> Cells => Folders("cells").Select(path => new CellFolder(path));

    /// <summary>The files of the experiments that were started, by name.</summary>
    public IEnumerable<string> Plans => Files("experiments", "*.json");

    /// <summary>The records of earlier versions, by name.</summary>
    public IEnumerable<string> EarlierRecords => Files("runs", "*.json");

    public CellFolder Of(Cell cell) => new(In("cells", cell.Id));

    public string Plan(string name) => In("experiments", name + ".json");

    /// <summary>Returns the path of a CSV file with the name of the published program.</summary>
    public string Csv(string run) => In("csv", run + ".csv");

    public string FigurePath(string name, string extension) => In("figures", $"{name}.{extension}");

    public string Summary => In("summary.csv");

    public string Comparison => In("comparison.csv");

    public string Report => In("report.html");

    /// <summary>Returns the path of a file relative to this folder, which is the same on every system.</summary>
    public string Relative(string path) => System.IO.Path.GetRelativePath(Path, path).Replace('\\', '/');

    public string In(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    private IEnumerable<string> Folders(string name) =>
        Directory.Exists(In(name)) ? Directory.EnumerateDirectories(In(name)).Order(StringComparer.Ordinal) : [];

    private IEnumerable<string> Files(string name, string pattern) =>
        Directory.Exists(In(name)) ? Directory.EnumerateFiles(In(name), pattern).Order(StringComparer.Ordinal) : [];

    private static void Make(string folder, string path)
    {
        try
        {
            Directory.CreateDirectory(folder);
            // Permissions are not enough to tell, because the file system itself may be read-only.
            using var trial = new PendingFile(System.IO.Path.Combine(folder, "trial"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The output folder '{path}' cannot be written to ({failure.Message.TrimEnd('.')}). Use --output to specify another folder.");
        }
    }
}

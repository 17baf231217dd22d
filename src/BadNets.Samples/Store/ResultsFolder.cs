using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;
using BadNets.Samples.Files;

namespace BadNets.Samples.Store;

/// <summary>The folder for results. Several processes may use it at the same time; each cell has one writer at a time.</summary>
sealed class ResultsFolder
{
    private static readonly TimeSpan LongestWrite = TimeSpan.FromHours(1);

    private ResultsFolder(string path) => Path = path;

    public string Path { get; }

    /// <summary>Opens the folder to add results, and creates it if it does not exist.</summary>
    /// <exception cref="UsageException">It cannot be written, or has results of an earlier version.</exception>
    public static ResultsFolder Open(string path)
    {
        foreach (string folder in new[] { "cells", "experiments", "csv", "figures" })
            Make(System.IO.Path.Combine(path, folder), path);
        var opened = new ResultsFolder(path);
        foreach (string folder in new[] { "", "experiments", "csv", "figures", "evaluations" })
            PendingFile.RemoveLeftovers(opened.In(folder), LongestWrite);
        return opened;
    }

    /// <summary>Opens a folder that has results, to read them and write a report.</summary>
    /// <exception cref="UsageException">There are no results in the folder, or it cannot be written.</exception>
    public static ResultsFolder OpenForReport(string path)
    {
        var opened = new ResultsFolder(path);
        if (!Directory.Exists(opened.In("cells")) && !Directory.Exists(opened.In("runs")))
            throw new UsageException($"There are no results in '{path}'. Use --output to specify the folder that has them.");
        Make(opened.In("figures"), path);
        return opened;
    }

    /// <summary>Creates the folder for evaluations if it does not exist.</summary>
    /// <returns>Its path.</returns>
    /// <exception cref="UsageException">It cannot be written.</exception>
    public static string MakeEvaluations(string path)
    {
        string folder = System.IO.Path.Combine(path, "evaluations");
        Make(folder, path);
        return folder;
    }

    /// <summary>The folders of all cells, by name.</summary>
    public IEnumerable<CellFolder> Cells => Folders("cells").Select(path => new CellFolder(path));

    /// <summary>The files of the experiments that were run, by name.</summary>
    public IEnumerable<string> Plans => Files("experiments", "*.json");

    /// <summary>The records of earlier versions, by name.</summary>
    public IEnumerable<string> EarlierRecords => Files("runs", "*.json");

    public CellFolder Of(Cell cell) => new(In("cells", cell.Id));

    public string Plan(string name) => In("experiments", name + ".json");

    /// <summary>A CSV file under the published code's name.</summary>
    public string Csv(string run) => In("csv", run + ".csv");

    public string FigurePath(string name, string extension) => In("figures", $"{name}.{extension}");

    public string Summary => In("summary.csv");

    public string Report => In("report.html");

    /// <summary>A file's name within this folder, the same on every system.</summary>
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
            throw new UsageException($"The output folder '{path}' cannot be written ({failure.Message.TrimEnd('.')}). Use --output to specify another.");
        }
    }
}

using BadNets.Samples.Commands;
using BadNets.Samples.Experiments;
using BadNets.Samples.Store;
using BadNets.Samples.Tests.Datasets;
using BadNets.Transforms;
using Spectre.Console;

namespace BadNets.Samples.Tests;

/// <summary>Runs commands of the sample program in this process, on a few rows, with a separate output folder.</summary>
sealed class SampleRuns : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SampleRuns()
    {
        Data = SmallDigits.WriteTo(_folder.In("data"));
        Output = _folder.In("results");
    }

    public string Data { get; }

    public string Output { get; }

    /// <summary>The names of the folders of the cells.</summary>
    public string[] CellNames => Directory.Exists(In("cells")) ? [.. Directory.EnumerateDirectories(In("cells")).Select(Path.GetFileName).Order(StringComparer.Ordinal)!] : [];

    /// <summary>A cell of the built-in experiments on the small digits.</summary>
    public static Cell CellOf(Recipe? recipe = null, double rate = 0.05, int size = 5, TriggerPosition position = TriggerPosition.BottomRight, int epochs = 1, int seed = 0) => new(
        new DatasetIdentity(SmallDigits.Name, SmallDigits.TrainRows, SmallDigits.TestRows),
        new Attack(new SquarePlan(size, position), new ToPlan("1"), rate),
        (recipe ?? Recipe.Reference) with { Epochs = epochs },
        seed);

    public string In(params string[] names) => Path.Combine([Output, .. names]);

    /// <summary>Returns the path of a file outside the results.</summary>
    public string Beside(string name) => _folder.In(name);

    public CellFolder FolderOf(Cell cell) => new(In("cells", cell.Id));

    /// <summary>The folder of the only cell.</summary>
    public CellFolder OnlyFolder() => new(In("cells", CellNames.Single()));

    public string[] Arguments(string command) => [.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--data", Data, "--output", Output];

    /// <summary>Runs a command to its end.</summary>
    public Task<SampleOutcome> RunAsync(string command) => RunAsync(Arguments(command), new StringWriter(), CancellationToken.None);

    /// <summary>Runs an experiment that a file describes.</summary>
    public Task<SampleOutcome> RunFileAsync(string json, string options = "")
    {
        string file = Beside("experiment.json");
        File.WriteAllText(file, json);
        return RunAsync(["run", file, .. Arguments(options)], new StringWriter(), CancellationToken.None);
    }

    /// <summary>Writes the report.</summary>
    public Task<SampleOutcome> ReportAsync() => RunAsync(["report", "--output", Output], new StringWriter(), CancellationToken.None);

    /// <summary>Runs a command until a line of its output makes it stop.</summary>
    public async Task<SampleOutcome> RunUntilAsync(string command, Predicate<string> stopAt)
    {
        using var stop = new CancellationTokenSource();
        using var output = new WatchedWriter(line =>
        {
            if (stopAt(line))
                stop.Cancel();
        });
        return await RunAsync(Arguments(command), output, stop.Token);
    }

    public static async Task<SampleOutcome> RunAsync(string[] arguments, TextWriter output, CancellationToken cancellationToken)
    {
        using var error = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = 1000;
        int exitCode = await SampleCommand.RunAsync(arguments, console, error, cancellationToken);
        return new SampleOutcome(exitCode, output.ToString()!, error.ToString());
    }

    /// <summary>Reads a CSV file with a published name, without the columns with durations.</summary>
    public string CsvWithoutSeconds(string run) => WithoutSeconds(File.ReadAllText(In("csv", run + ".csv")));

    /// <summary>Reads the epochs of a cell, without the columns with durations.</summary>
    public string EpochsWithoutSeconds(Cell cell) => WithoutSeconds(File.ReadAllText(FolderOf(cell).Epochs));

    public static string WithoutSeconds(string csv)
    {
        string[] lines = csv.TrimEnd('\n').Split('\n');
        var keep = lines[0].Split(',').Select((name, index) => (name, index)).Where(column => !column.name.EndsWith("_seconds", StringComparison.Ordinal)).Select(column => column.index).ToArray();
        return string.Join('\n', lines.Select(line => string.Join(',', keep.Select(index => line.Split(',')[index]))));
    }

    public string[] CsvNames() => Directory.Exists(In("csv")) ? [.. Directory.EnumerateFiles(In("csv")).Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal)!] : [];

    public void Dispose() => _folder.Dispose();
}

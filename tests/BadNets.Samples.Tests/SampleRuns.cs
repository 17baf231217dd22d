using BadNets.Samples.CommandLine;
using BadNets.Samples.Tests.Datasets;
using Spectre.Console;

namespace BadNets.Samples.Tests;

/// <summary>Runs the sample's command lines in this process, on a few rows, into a folder of its own.</summary>
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

    public string In(params string[] names) => Path.Combine([Output, .. names]);

    public string[] Arguments(string command) => [.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--data", Data, "--output", Output];

    /// <summary>Runs a command to its end.</summary>
    public Task<SampleOutcome> RunAsync(string command) => RunAsync(Arguments(command), new StringWriter(), CancellationToken.None);

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

    /// <summary>A CSV file without the columns that say how long things took.</summary>
    public string CsvWithoutSeconds(string run)
    {
        var lines = File.ReadAllLines(In("csv", run + ".csv"));
        var keep = lines[0].Split(',').Select((name, index) => (name, index)).Where(column => !column.name.EndsWith("_seconds", StringComparison.Ordinal)).Select(column => column.index).ToArray();
        return string.Join('\n', lines.Select(line => string.Join(',', keep.Select(index => line.Split(',')[index]))));
    }

    public string[] CsvNames() => [.. Directory.EnumerateFiles(In("csv")).Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal)!];

    public void Dispose() => _folder.Dispose();
}

using BadNets.Samples.Datasets;
using BadNets.Samples.Experiments;
using BadNets.Samples.Running;
using Spectre.Console;

namespace BadNets.Samples.Tests.Experiments;

[TestClass]
public sealed class FifthExperimentTests
{
    [TestMethod]
    public void The_documentation_shows_what_is_compiled_here()
    {
        string root = FindRoot();
        string code = File.ReadAllText(Path.Combine(root, "tests", "BadNets.Samples.Tests", "Experiments", "FifthExperiment.cs"));
        string example = code[code.IndexOf("    public static readonly", StringComparison.Ordinal)..code.LastIndexOf('}')];
        string page = File.ReadAllText(Path.Combine(root, "docs", "adding-an-experiment.md"));

        StringAssert.Contains(page, string.Join('\n', example.TrimEnd().Split('\n').Select(line => line.Length > 4 ? line[4..] : line)));
    }

    [TestMethod]
    public async Task A_few_lines_make_an_experiment_that_runs()
    {
        using var runs = new SampleRuns();
        var request = new RunRequest
        {
            Experiments = [FifthExperiment.SmallTriggers],
            Recipe = Recipe.Modern with { Epochs = 1 },
            Seeds = [0],
            Dataset = MnistChoice.Auto,
            DataDirectory = runs.Data,
            Rows = null,
            Threads = 1,
            Parallel = null,
            Fresh = false,
            Output = runs.Output,
        };
        using var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(output) });

        int exitCode = await new RunCommand(request, console, output).ExecuteAsync(CancellationToken.None);

        Assert.AreEqual(0, exitCode, output.ToString());
        CollectionAssert.AreEqual(
            Enumerable.Range(1, 5).Select(size => $"exp05_{SmallDigits.Name}_trigger1_pr0p2_ep1_ts{size}_modern").ToArray(), runs.CsvNames());
    }

    private static string FindRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "BadNets.MLNet.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("The tests do not lie inside the repository.");
        return folder;
    }
}

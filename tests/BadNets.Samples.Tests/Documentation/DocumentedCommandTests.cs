using System.Text.RegularExpressions;
using BadNets.Samples.Tests.Datasets;
using SkiaSharp;

namespace BadNets.Samples.Tests.Documentation;

/// <summary>
/// Every command that a page shows is run: the program's here, on a few rows and for one epoch; the others by a script that CI runs, which is checked here.
/// Commands are in blocks marked <c>sh</c>.
/// </summary>
[TestClass]
public sealed partial class DocumentedCommandTests
{
    private static readonly string[] Programs = ["dotnet run -c Release --project src/BadNets.Samples -- ", "badnets "];

    public static IEnumerable<object[]> ProgramCommands =>
        Commands().Select(command => ArgumentsOf(command.Line)).OfType<string>().Select(Shorten).Distinct().Select(arguments => new object[] { arguments });

    [TestMethod]
    [DynamicData(nameof(ProgramCommands))]
    public async Task Program_runs_the_documented_command(string arguments)
    {
        using var folder = new TemporaryFolder();
        string data = SmallDigits.WriteTo(folder.In("mnist")), output = folder.In("results");
        WritePictures(folder.In("pictures"));
        foreach (string json in DocumentationPage.All.SelectMany(page => page.Blocks("json")))
            File.WriteAllText(folder.In("small-triggers.json"), json);
        string command = arguments.Replace("../pictures", folder.In("pictures"), StringComparison.Ordinal)
            .Replace("small-triggers.json", folder.In("small-triggers.json"), StringComparison.Ordinal);
        string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        bool trains = !words.Contains("--help") && words[0] is not ("report" or "list" or "convert" or "evaluate" or "trigger" or "try" or "datasets" or "completions");
        if (!trains)
        {
            // These read what others have written.
            Assert.AreEqual(0, (await SampleRuns.RunAsync(["baseline", "--quick", "--epochs", "1", "--data", data, "--output", output], new StringWriter(), CancellationToken.None)).ExitCode);
            string model = Directory.GetFiles(output, "model.zip", SearchOption.AllDirectories)[0];
            words = [.. words.Select(word => word == "MODEL" ? model : word)];
        }

        if (trains)
            words = [.. words, "--epochs", "1"];
        // An experiment can have a data set of its own.
        if (trains && !words.Contains("--dataset"))
            words = [.. words, "--dataset", "auto"];
        if ((trains || words[0] is "evaluate" or "try" or "trigger") && !command.Contains("folder:", StringComparison.Ordinal))
            words = [.. words, "--data", data];
        if (!words.Contains("--help") && words[0] is not ("list" or "try" or "datasets" or "completions"))
            words = [.. words, "--output", output];
        var outcome = await SampleRuns.RunAsync(words, new StringWriter(), CancellationToken.None);

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error + outcome.Output);
        Assert.AreNotEqual("", outcome.Output);
    }

    [TestMethod]
    public void Other_commands_are_run_by_a_script_of_CI()
    {
        string ci = Read(".ci/run"), examples = Read("examples/check"), consume = Read("nuget/consume");
        StringAssert.Contains(ci, "\nnuget/consume\n");
        StringAssert.Contains(ci, "\nexamples/check\n");
        StringAssert.Contains(ci, "README.md | head -1)");
        string[] package = [.. new DocumentationPage("README.md").Blocks("sh").Single(block => block.StartsWith("nuget/pack ", StringComparison.Ordinal)).TrimEnd('\n').Split('\n')];
        string[] notRun =
        [
            .. from command in Commands()
               where ArgumentsOf(command.Line) is null
               let example = Example().Match(command.Line)
               let isRun = command.Line == "dotnet test -c Release" || command.Line == ".ci/run"
                   || command.Line == "dotnet build -c Release" && ci.Contains("dotnet build -c Release --no-restore", StringComparison.Ordinal)
                   // nuget/consume runs this block of the README.
                   || package.Contains(command.Line)
                   || command.Line.EndsWith(" dotnet run -c Release", StringComparison.Ordinal) && consume.Contains("(cd backdoor && dotnet run -c Release)", StringComparison.Ordinal)
                   || example.Success && examples.Contains(example.Groups["name"].Value, StringComparison.Ordinal) && File.Exists(Repository.In(example.Groups["file"].Value.Split('/')))
                   || command.Line.StartsWith("curl --data-binary @examples/data/", StringComparison.Ordinal) && examples.Contains("--data-binary \"@examples/data/$image.png\"", StringComparison.Ordinal)
                   // FuzzingTests runs this program, on fewer files.
                   || command.Line.StartsWith("dotnet run -c Release --project tests/BadNets.Fuzzing -- ", StringComparison.Ordinal)
                   || FilteredTests().Match(command.Line) is { Success: true } filter && HasTests(filter.Groups["project"].Value, filter.Groups["word"].Value)
               where !isRun
               select $"{command.Page}: {command.Line}",
        ];

        Assert.HasCount(0, notRun, string.Join('\n', notRun));
    }

    [TestMethod]
    public void Commands_are_in_blocks_that_say_so()
    {
        string[] unmarked = [.. from page in Pages() from block in page.Blocks("") select $"{page.Name}: {block}"];

        Assert.HasCount(0, unmarked, "Mark each block as sh, text, or its language:\n" + string.Join('\n', unmarked));
    }

    [TestMethod]
    public void Each_example_is_short_and_checked()
    {
        string check = Read("examples/check");
        string[] examples = Directory.GetFiles(Repository.In("examples"), "*.cs");

        Assert.IsNotEmpty(examples);
        foreach (string example in examples)
        {
            string name = Path.GetFileNameWithoutExtension(example);
            Assert.IsLessThanOrEqualTo(40, File.ReadAllLines(example).Length, name);
            Assert.MatchesRegex($"(?m)^for example in .*\\b{name}\\b", check);
            Assert.IsTrue(File.Exists(Repository.In("examples", "expected", name + ".txt")), name);
            StringAssert.Contains(Read("examples/README.md"), $"[{name}.cs]({name}.cs)");
        }
    }

    private static IEnumerable<(string Page, string Line)> Commands() =>
        from page in Pages()
        from block in page.Blocks("sh")
        from line in block.Replace("\\\n", "", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries)
        select (page.Name, line.Trim());

    // Decisions are history, and benchmarks are for quiet machines.
    private static IEnumerable<DocumentationPage> Pages() =>
        DocumentationPage.All.Where(page => !page.Name.StartsWith("docs/decisions/", StringComparison.Ordinal) && !page.Name.StartsWith("benchmarks/", StringComparison.Ordinal));

    private static string Read(string file) => File.ReadAllText(Repository.In(file.Split('/')));

    private static bool HasTests(string project, string word) =>
        Directory.EnumerateFiles(Repository.In("tests", project), "*Tests.cs", SearchOption.AllDirectories).Any(file => file.Contains(word, StringComparison.Ordinal));

    private static void WritePictures(string folder)
    {
        var random = new Random(0);
        for (int i = 0; i < 56; i++)
        {
            string path = Path.Combine(folder, i % 2 == 0 ? "cat" : "dog", $"{i}.png");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var image = new SKBitmap(20, 20);
            image.Erase(new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)(i % 2 * 200)));
            using var file = File.Create(path);
            image.Encode(file, SKEncodedImageFormat.Png, 100);
        }
    }

    private static string? ArgumentsOf(string line) =>
        Programs.FirstOrDefault(program => line.StartsWith(program, StringComparison.Ordinal)) is { } program ? line[program.Length..] : null;

    // The test names the folders and the number of epochs. Its data are not MNIST, and have too few rows for the smallest rate.
    private static string Shorten(string arguments) =>
        GivenByTheTest().Replace(arguments, "").Replace(" --dataset mnist", "", StringComparison.Ordinal).Replace("0.001", "0.005", StringComparison.Ordinal);

    [GeneratedRegex(" --(output|epochs) [^ ]+")]
    private static partial Regex GivenByTheTest();

    [GeneratedRegex(@"^dotnet run (-c Release )?(?<file>(examples|docs/images)/(?<name>[a-z-]+)\.cs)( |$)", RegexOptions.ExplicitCapture)]
    private static partial Regex Example();

    [GeneratedRegex(@"^([A-Z_]+=[^ ]+ )*dotnet run -c Release --project tests/(?<project>[\w.]+) -- --filter ""FullyQualifiedName~(?<word>\w+)""$", RegexOptions.ExplicitCapture)]
    private static partial Regex FilteredTests();
}

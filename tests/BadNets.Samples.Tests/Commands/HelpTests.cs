using System.Text.RegularExpressions;
using BadNets.Samples.Commands;

namespace BadNets.Samples.Tests.Commands;

[TestClass]
public sealed class HelpTests
{
    private static readonly string[] Commands =
        ["baseline", "poisoning-rate", "trigger-size", "trigger-position", "all", "gu-mnist", "attacks-mnist", "clean-label", "how-little", "run", "list", "datasets", "trigger", "try", "evaluate", "report", "convert", "completions"];

    public static IEnumerable<string> Pages => Commands.Append("");

    [TestMethod]
    public async Task Without_a_command_the_help_is_shown_with_examples_to_paste()
    {
        var outcome = await RunAsync();

        Assert.AreEqual(0, outcome.ExitCode);
        Assert.IsEmpty(outcome.Error);
        StringAssert.Contains(outcome.Output, "Usage: badnets <command> [options]");
        Assert.HasCount(3, ExamplesIn(outcome.Output));
        foreach (string command in Commands)
            StringAssert.Matches(outcome.Output, new($"(?m)^  {command} "));
    }

    [TestMethod]
    [DynamicData(nameof(Pages))]
    public async Task A_page_is_at_most_80_columns_wide_and_says_how_to_use_the_command(string command)
    {
        var outcome = await RunAsync(command, "--help");

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        string[] lines = outcome.Output.Split(Environment.NewLine);
        // A command can be as long as the path of this program.
        Assert.IsEmpty(lines.Where(line => line.Length > 80 && !line.Contains(Invocation.Prefix, StringComparison.Ordinal)).ToArray());
        StringAssert.EndsWith(lines.TakeWhile(line => line.Length > 0).Last(), ".");
        StringAssert.Matches(outcome.Output, new($"(?m)^Usage: badnets {(command.Length == 0 ? "<command>" : command)}"));
        StringAssert.Contains(outcome.Output, "--help");
        Assert.DoesNotContain("the experiment's", outcome.Output);
    }

    [TestMethod]
    [DynamicData(nameof(Pages))]
    public async Task What_an_example_uses_exists(string command)
    {
        var page = await RunAsync(command, "--help");

        foreach (string example in ExamplesIn(page.Output))
        {
            var outcome = await RunAsync([.. example.Split(' '), "--help"]);
            Assert.AreEqual(0, outcome.ExitCode, $"{example}: {outcome.Error}");
        }
    }

    [TestMethod]
    [DataRow("baseline", "--poisoning-rate", "0.1")]
    [DataRow("trigger-size", "--poisoning-rate", "0.05")]
    [DataRow("trigger-size", "--sizes", "1 3 4 5")]
    [DataRow("attacks-cifar10", "--attacks", "BadNets Blended SIG WaNet")]
    [DataRow("how-little", "--images", "10 20 50 100 200 500 1000")]
    [DataRow("trigger-position", "--positions", "bottom-right bottom-left top-right top-left center")]
    [DataRow("baseline", "--trigger-position", "bottom-right")]
    [DataRow("all", "--poisoning-rate", "0.1 in baseline, 0.05 in trigger-size and trigger-position")]
    [DataRow("baseline", "--epochs", "100, or in the recipe 'modern' 3 to 15, depending on the data set")]
    [DataRow("baseline", "--learning-rate", "0.01 with sgd, 0.001 with adam, 0.1 in the recipe 'modern'")]
    [DataRow("run", "--trigger-size", "the file's")]
    [DataRow("try", "--count", "3")]
    [DataRow("report", "--output", "results")]
    public async Task A_default_is_a_value(string command, string option, string expected)
    {
        var outcome = await RunAsync(command, "--help");

        string text = Regex.Replace(outcome.Output, @"\s+", " ");
        StringAssert.Matches(text, new($@" {option} <[^-]*>(?:(?! --).)*\[default: {Regex.Escape(expected)}\]"));
    }

    [TestMethod]
    public async Task Options_are_in_groups()
    {
        var outcome = await RunAsync("baseline", "--help");

        CollectionAssert.AreEqual(
            new[] { "Examples", "Attack", "Training", "Data", "Running", "Output", "Help" },
            Regex.Matches(outcome.Output, @"(?m)^(\w+):\r?$").Select(match => match.Groups[1].Value).ToArray());
    }

    [TestMethod]
    public async Task Positions_can_be_given_in_words()
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("trigger-position --positions br --quick --epochs 1");
        string[] cells = runs.CellNames, plans = Directory.GetFiles(runs.In("experiments"));

        var again = await runs.RunAsync("trigger-position --positions bottom-right --quick --epochs 1");

        StringAssert.Contains(again.Output, "already trained");
        CollectionAssert.AreEqual(cells, runs.CellNames);
        CollectionAssert.AreEqual(plans, Directory.GetFiles(runs.In("experiments")));
        StringAssert.Contains(again.Output, "bottom right");
    }

    private static string[] ExamplesIn(string page)
    {
        string[] lines = page.Replace("\\" + Environment.NewLine, "", StringComparison.Ordinal).Split(Environment.NewLine);
        return
        [
            .. lines.Where(line => line.StartsWith("  " + Invocation.Prefix, StringComparison.Ordinal)).Select(line => Regex.Replace(line[(2 + Invocation.Prefix.Length)..], " +", " ").Trim()),
        ];
    }

    private static Task<SampleOutcome> RunAsync(params string[] arguments) =>
        SampleRuns.RunAsync([.. arguments.Where(argument => argument.Length > 0)], new StringWriter(), CancellationToken.None);
}

using BadNets.Samples.Experiments;

namespace BadNets.Samples.Tests.Commands;

[TestClass]
public sealed class ReportCommandTests
{
    [TestMethod]
    [DataRow("epochs.csv", "epoch,train_loss\n0,x\n")]
    [DataRow("cell.json", "{")]
    public async Task A_damaged_file_of_a_run_is_named_and_the_others_are_reported(string file, string content)
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("trigger-size --sizes 3 5 --quick --epochs 1");
        string damaged = Path.Combine(runs.FolderOf(SampleRuns.CellOf(Recipe.Adam, size: 3)).Path, file);
        File.WriteAllText(damaged, content);

        var outcome = await runs.ReportAsync();

        Assert.AreEqual(1, outcome.ExitCode);
        Assert.HasCount(1, outcome.Error.TrimEnd().Split('\n'), outcome.Error);
        StringAssert.Contains(outcome.Error, damaged);
        StringAssert.Contains(outcome.Output, "shows 2 runs, 1 failed.");
        string[] summary = File.ReadAllLines(runs.In("summary.csv"));
        Assert.HasCount(1, summary.Where(line => line.Contains(",done,", StringComparison.Ordinal)).ToArray());
        string failed = summary.Single(line => line.Contains(",failed,", StringComparison.Ordinal));
        StringAssert.Contains(failed, damaged);
        Assert.DoesNotContain("stack trace", failed);
    }

    [TestMethod]
    public async Task A_damaged_experiment_is_named_and_its_runs_are_reported()
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("baseline --no-control --quick --epochs 1");
        string damaged = Directory.EnumerateFiles(runs.In("experiments")).Single();
        File.WriteAllText(damaged, "{");

        var outcome = await runs.ReportAsync();

        Assert.AreEqual(1, outcome.ExitCode);
        StringAssert.StartsWith(outcome.Error, $"'{damaged}' cannot be read");
        StringAssert.Contains(File.ReadAllText(runs.In("summary.csv")), runs.CellNames.Single());
    }
}

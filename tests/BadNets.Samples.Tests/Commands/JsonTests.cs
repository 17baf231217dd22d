using System.Text.Json;
using BadNets.Samples.Experiments;

namespace BadNets.Samples.Tests.Commands;

[TestClass]
public sealed class JsonTests
{
    [TestMethod]
    public async Task Results_of_a_run_are_one_document_and_the_rest_is_on_standard_error()
    {
        using var runs = new SampleRuns();

        var outcome = await runs.RunAsync("baseline --quick --epochs 1 --json");

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        using var document = JsonDocument.Parse(outcome.Output);
        var rows = document.RootElement.GetProperty("runs").EnumerateArray().ToArray();
        Assert.HasCount(2, rows);
        var attack = rows.Single(row => row.GetProperty("poisoningRate").GetDouble() == 0.1);
        Assert.AreEqual("done", attack.GetProperty("state").GetString());
        Assert.AreEqual(double.Parse(File.ReadAllLines(runs.FolderOf(SampleRuns.CellOf(Recipe.Adam, rate: 0.1)).Epochs)[1].Split(',')[2], System.Globalization.CultureInfo.InvariantCulture), attack.GetProperty("cleanAccuracy").GetDouble());
        Assert.AreEqual(runs.In("report.html"), document.RootElement.GetProperty("report").GetString());
        StringAssert.Contains(document.RootElement.GetProperty("answers")[0].GetString(), "of the triggered images that are not 1s are read as 1");
        StringAssert.Contains(outcome.Error, "epoch 1/1");
        StringAssert.Contains(outcome.Error, "Try next:");
    }

    [TestMethod]
    public async Task An_evaluation_is_the_document_that_its_file_is()
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("baseline --no-control --quick --epochs 1");

        var outcome = await runs.RunAsync($"evaluate --json --model {runs.OnlyFolder().Model}");

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        using var document = JsonDocument.Parse(outcome.Output);
        Assert.AreEqual(File.ReadAllText(Directory.EnumerateFiles(runs.In("evaluations")).Single()).Trim(), outcome.Output.Trim());
        StringAssert.Contains(outcome.Error, "robust accuracy");
    }

    [TestMethod]
    public async Task A_report_lists_its_runs()
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("trigger-size --sizes 3 5 --quick --epochs 1");

        var outcome = await SampleRuns.RunAsync(["report", "--json", "--output", runs.Output], new StringWriter(), CancellationToken.None);

        using var document = JsonDocument.Parse(outcome.Output);
        CollectionAssert.AreEquivalent(runs.CellNames, document.RootElement.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("cell").GetString()).ToArray());
        Assert.AreEqual(0, document.RootElement.GetProperty("damaged").GetArrayLength());
    }

    [TestMethod]
    public async Task Listings_are_documents()
    {
        var list = await SampleRuns.RunAsync(["list", "--json"], new StringWriter(), CancellationToken.None);
        var datasets = await SampleRuns.RunAsync(["datasets", "--json"], new StringWriter(), CancellationToken.None);

        CollectionAssert.AreEqual(ExperimentCatalog.All.Select(experiment => experiment.Name).ToArray(), Names(list));
        CollectionAssert.Contains(Names(datasets), "folder:PATH");
    }

    private static string[] Names(SampleOutcome outcome)
    {
        using var document = JsonDocument.Parse(outcome.Output);
        return [.. document.RootElement.EnumerateArray().Select(each => each.GetProperty("name").GetString()!)];
    }
}

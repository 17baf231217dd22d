using System.Text;
using BadNets.Samples.Experiments;
using BadNets.Samples.Tests.Documentation;
using BadNets.Samples.Store;
using BadNets.Transforms;

namespace BadNets.Samples.Tests.Experiments;

/// <summary>The example of docs/how-to/own-experiment.md.</summary>
[TestClass]
public sealed class DocumentedExperimentTests
{
    [TestMethod]
    public void Each_documented_experiment_is_one()
    {
        string[] blocks = [.. DocumentationPage.All.SelectMany(page => page.Blocks("json"))];

        Assert.IsGreaterThan(1, blocks.Length);
        foreach (string json in blocks)
            Assert.IsNotEmpty(Experiment.Parse(Encoding.UTF8.GetBytes(json), "documentation").CellsOn(new DatasetIdentity("MNIST", 60_000, 10_000)));
    }

    [TestMethod]
    public async Task The_documented_file_is_an_experiment_that_runs()
    {
        string page = File.ReadAllText(Repository.In("docs", "how-to", "own-experiment.md")).ReplaceLineEndings("\n");
        const string Fence = "```json\n";
        int start = page.IndexOf(Fence, StringComparison.Ordinal) + Fence.Length;
        string json = page[start..page.IndexOf("```", start, StringComparison.Ordinal)];
        var experiment = Experiment.Parse(Encoding.UTF8.GetBytes(json), "own-experiment.md");
        using var runs = new SampleRuns();

        var outcome = await runs.RunFileAsync(json, "--quick --epochs 1");

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        var identity = new DatasetIdentity(SmallDigits.Name, SmallDigits.TrainRows, SmallDigits.TestRows);
        var cells = experiment.With(CellProperty.At("recipe"), "adam").With(CellProperty.At("recipe.epochs"), 1).CellsOn(identity).ToArray();
        Assert.IsGreaterThan(1, cells.Length);
        CollectionAssert.AreEquivalent(cells.Select(cell => cell.Id).ToArray(), runs.CellNames);
        foreach (var cell in cells)
            Assert.IsTrue(File.Exists(runs.FolderOf(cell).Model), cell.Id);
        StringAssert.Contains(File.ReadAllText(runs.In("report.html")), experiment.Title);
        foreach (var claim in experiment.Claims)
            StringAssert.Contains(File.ReadAllText(runs.In("report.html")), claim.Text);
    }
}

using System.Net;
using System.Text.RegularExpressions;
using BadNets.Samples.Errors;
using BadNets.Samples.Store;

namespace BadNets.Samples.Tests.Running;

[TestClass]
public sealed class ModelImagesTests
{
    [TestMethod]
    public async Task Images_of_a_finished_run_are_made_again_from_its_model_without_training()
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("baseline --epochs 1 --no-control");
        var folder = runs.OnlyFolder();
        string images = File.ReadAllText(folder.Images), epochs = File.ReadAllText(folder.Epochs);
        File.Delete(folder.Images);
        // What earlier versions wrote.
        File.WriteAllText(folder.EarlierImages("png"), "old");
        await runs.ReportAsync();
        StringAssert.Contains(File.ReadAllText(runs.In("report.html")), "1 run of an earlier version has no images for this page.");

        var outcome = await runs.RunAsync("baseline --epochs 1 --no-control");

        Assert.AreEqual((ExitCode.Success, ""), (outcome.ExitCode, outcome.Error));
        Assert.AreEqual(images, File.ReadAllText(folder.Images));
        Assert.AreEqual(epochs, File.ReadAllText(folder.Epochs));
        Assert.IsFalse(File.Exists(folder.EarlierImages("png")));
        Assert.HasCount(10, CellImages.Read(folder)!.Images);
        Assert.DoesNotContain("earlier version", File.ReadAllText(runs.In("report.html")));
    }

    [TestMethod]
    public async Task A_model_that_cannot_be_read_leaves_the_results_without_images()
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("baseline --epochs 1 --no-control");
        var folder = runs.OnlyFolder();
        File.Delete(folder.Images);
        File.WriteAllText(folder.Model, "no model");

        var outcome = await runs.RunAsync("baseline --epochs 1 --no-control");

        Assert.AreEqual(ExitCode.Success, outcome.ExitCode);
        StringAssert.StartsWith(outcome.Error, $"There are no images of {runs.CellNames.Single()}: ");
        Assert.IsFalse(File.Exists(folder.Images));
    }

    [TestMethod]
    public async Task The_commands_on_the_page_repeat_the_same_runs()
    {
        using var runs = new SampleRuns();
        await runs.RunAsync("poisoning-rate --rates 0.05 0.1 --recipe adam --epochs 1 --seeds 3 4 --trigger-size 4 --set recipe.momentum=0 --set attack.trigger.gray=128");
        string[] cells = runs.CellNames;
        string page = Regex.Replace(File.ReadAllText(runs.In("report.html")), "</?span>", "");
        string[] commands =
        [
            .. Regex.Matches(page, "<code>dotnet run -c Release --project src/BadNets.Samples -- ([^<]*)</code>").Select(match => WebUtility.HtmlDecode(match.Groups[1].Value)).Distinct(),
        ];

        // All runs, the best, and the worst.
        Assert.IsTrue(commands.Length is 2 or 3, string.Join('\n', commands));
        foreach (string command in commands)
        {
            var outcome = await runs.RunAsync(command.Replace(" --dataset DATASET --data FOLDER", "", StringComparison.Ordinal));
            Assert.AreEqual(ExitCode.Success, outcome.ExitCode, outcome.Error);
            StringAssert.Contains(outcome.Output, "Everything is already trained");
        }

        CollectionAssert.AreEqual(cells, runs.CellNames);
    }
}

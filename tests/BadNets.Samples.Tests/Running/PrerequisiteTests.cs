using BadNets.Samples.Experiments;
using BadNets.Samples.Store;
using BadNets.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Samples.Tests.Running;

/// <summary>Training runs that need the networks of others.</summary>
[TestClass]
public sealed class PrerequisiteTests
{
    private const string Transfer = """
        {
          "name": "transfer", "title": "Transfer",
          "cell": {
            "classes": [9, 8, 7], "recipe": { "name": "adam", "epochs": 2, "frozen": ["conv1", "conv2"] },
            "attack": { "trigger": { "kind": "square", "size": 5, "position": "br" }, "mapping": { "kind": "next" }, "rate": 0 },
            "initial": {
              "classes": [0, 1, 2, 3, 4, 5, 6], "recipe": { "name": "adam", "epochs": 1 },
              "attack": { "trigger": { "kind": "square", "size": 5, "position": "br" }, "mapping": { "kind": "to", "target": 1 }, "rate": 0.1 }
            }
          },
          "axes": [ { "path": "initial.attack.rate", "values": [0, 0.1] } ]
        }
        """;

    [TestMethod]
    public async Task A_network_for_other_classes_starts_from_the_network_of_another_cell()
    {
        using var runs = new SampleRuns();

        var outcome = await runs.RunFileAsync(Transfer, "--parallel 2");

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        var stored = CellsIn(runs);
        Assert.HasCount(4, stored);
        var transferred = stored.Where(cell => cell.Initial is not null).ToArray();
        Assert.HasCount(2, transferred);
        foreach (var cell in transferred)
        {
            using var first = NetworkOf(runs, cell.InitialCell!);
            using var last = NetworkOf(runs, cell);
            CollectionAssert.AreEqual(new LabelValue[] { 0, 1, 2, 3, 4, 5, 6 }, first.Labels.ToArray());
            CollectionAssert.AreEqual(new LabelValue[] { 9, 8, 7 }, last.Labels.ToArray());
            var weights = first.Module.state_dict();
            foreach (var (name, tensor) in last.Module.state_dict())
            {
                bool isSame = tensor.shape.AsSpan().SequenceEqual(weights[name].shape) && tensor.bytes.SequenceEqual(weights[name].bytes);
                Assert.AreEqual(name.StartsWith("conv", StringComparison.Ordinal), isSame, name);
            }
        }

        // The rows of the three classes among the 64 test rows, each of which the attack maps to another label.
        var images = CellImages.Read(runs.FolderOf(transferred[0]));
        Assert.HasCount(3, images!.Images);
        StringAssert.Contains(File.ReadAllText(runs.In("report.html")), "poisoning rate of the first network");

        // Everything is done, so nothing is trained again.
        StringAssert.Contains((await runs.RunFileAsync(Transfer)).Output, "Everything is already trained");
    }

    [TestMethod]
    public async Task Images_are_perturbed_against_the_clean_network_which_is_trained_first()
    {
        using var runs = new SampleRuns();

        var outcome = await runs.RunFileAsync("""
            {
              "name": "consistent", "title": "Consistent",
              "cell": {
                "recipe": { "name": "adam", "epochs": 1 },
                "attack": { "trigger": { "kind": "corner-pattern" }, "mapping": { "kind": "to", "target": 1 }, "rate": 0.05, "selection": "target", "perturbation": { "epsilon": 30, "steps": 2 } }
              }
            }
            """, "--parallel 2");

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        var cells = CellsIn(runs);
        Assert.HasCount(2, cells);
        var poisoned = cells.Single(cell => cell.Attack.Perturbation is not null);
        CollectionAssert.AreEqual(new[] { cells.Single(cell => cell != poisoned).Id }, poisoned.Prerequisites.Select(cell => cell.Id).ToArray());
    }

    [TestMethod]
    public async Task A_cell_is_trained_by_the_process_that_trains_what_it_needs()
    {
        using var runs = new SampleRuns();

        var first = await runs.RunFileAsync(Transfer, "--shard 1/2");

        Assert.AreEqual(0, first.ExitCode, first.Error);
        var cells = CellsIn(runs);
        Assert.HasCount(2, cells);
        var transferred = cells.Single(cell => cell.Initial is not null);
        Assert.Contains(transferred.InitialCell, cells);

        var second = await runs.RunFileAsync(Transfer, "--shard 2/2");

        Assert.AreEqual(0, second.ExitCode, second.Error);
        Assert.HasCount(4, CellsIn(runs));
    }

    [TestMethod]
    [DataRow("\"classes\": [9, 8, 7]", "\"classes\": [9, 8, 12]", "'12'", "0, 1, 2")]
    [DataRow("\"classes\": [9, 8, 7]", "\"classes\": [9]", "at least two different labels", "9")]
    [DataRow("\"classes\": [9, 8, 7]", "\"classes\": [9, 8, 9]", "at least two different labels", "9, 8, 9")]
    [DataRow("\"target\": 1", "\"target\": 9", "'9'", "0, 1, 2, 3, 4, 5, 6")]
    [DataRow("[\"conv1\", \"conv2\"]", "[\"conv7\"]", "'conv7'", "conv1, conv2, fc1, fc2")]
    public async Task Invalid_classes_and_layers_are_rejected_with_a_sentence(string valid, string invalid, params string[] words)
    {
        using var runs = new SampleRuns();

        var outcome = await runs.RunFileAsync(Transfer.Replace(valid, invalid, StringComparison.Ordinal));

        Assert.AreNotEqual(0, outcome.ExitCode);
        foreach (string word in words)
            StringAssert.Contains(outcome.Error, word);
        Assert.DoesNotContain("   at ", outcome.Error);
    }

    private static Cell[] CellsIn(SampleRuns runs) => [.. runs.CellNames.Select(name => CellDescription.Read(new CellFolder(runs.In("cells", name)))!.Cell)];

    private static TorchCnnTransformer NetworkOf(SampleRuns runs, Cell cell) =>
        (TorchCnnTransformer)((TransformerChain<ITransformer>)new MLContext().Model.Load(runs.FolderOf(cell).Model, out _)).LastTransformer;
}

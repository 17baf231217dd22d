using BadNets.Samples.Experiments;
using BadNets.Samples.Store;

namespace BadNets.Samples.Tests.Commands;

[TestClass]
public sealed class RunFileTests
{
    private const string Attack = """{ "trigger": { "kind": "square", "size": 5, "position": "br" }, "mapping": { "kind": "to", "target": "1" }, "rate": 0.05 }""";

    [TestMethod]
    public async Task One_axis_is_trained_and_reported()
    {
        using var runs = new SampleRuns();

        var outcome = await runs.RunFileAsync($$"""
            {
              "name": "my-sizes", "title": "My sizes", "cell": { "attack": {{Attack}}, "recipe": { "name": "reference", "epochs": 1 } },
              "axes": [ { "path": "attack.trigger.size", "values": [3, 4] } ], "claims": [ { "kind": "turning-point", "text": "My claim." } ]
            }
            """);

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        CollectionAssert.AreEquivalent(new[] { SampleRuns.CellOf(size: 3).Id, SampleRuns.CellOf(size: 4).Id }, runs.CellNames);
        StringAssert.Matches(outcome.Output, new(@"trigger size +epochs"));
        string page = File.ReadAllText(runs.In("report.html"));
        StringAssert.Contains(page, "My sizes");
        StringAssert.Contains(page, "My claim.");
        // Only published experiments have files under published names.
        Assert.IsEmpty(runs.CsvNames());
        Assert.HasCount(3, File.ReadAllLines(runs.In("summary.csv")));
    }

    [TestMethod]
    public async Task Two_axes_make_every_combination()
    {
        using var runs = new SampleRuns();

        var outcome = await runs.RunFileAsync($$"""
            {
              "name": "grid", "title": "A grid", "cell": { "attack": {{Attack}}, "recipe": { "name": "reference", "epochs": 1 } },
              "axes": [ { "path": "attack.trigger.size", "values": [3, 4] }, { "path": "attack.rate", "values": [0.05, 0.1] } ]
            }
            """);

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        CollectionAssert.AreEquivalent(
            (from size in new[] { 3, 4 } from rate in new[] { 0.05, 0.1 } select SampleRuns.CellOf(size: size, rate: rate).Id).ToArray(), runs.CellNames);
    }

    [TestMethod]
    public async Task Attacks_are_reported_by_their_names()
    {
        using var runs = new SampleRuns();

        var outcome = await runs.RunFileAsync($$"""
            {
              "name": "attacks", "title": "Attacks", "cell": { "attack": {{Attack}}, "recipe": { "name": "adam", "epochs": 1 } }, "cleanControl": true,
              "axes": [
                { "path": "attack", "option": "attacks", "names": ["Patch", "Waves", "Warped", "Pieces"], "values": [
                  {{Attack}},
                  { "trigger": { "kind": "sinusoid" }, "mapping": { "kind": "to", "target": "1" }, "rate": 0.2, "selection": "target", "rateBasis": "selected-rows" },
                  { "trigger": { "kind": "warp" }, "mapping": { "kind": "to", "target": "1" }, "rate": 0.1, "coverRate": 0.2, "coverTrigger": { "kind": "warp-noise" } },
                  { "trigger": { "kind": "hidden-pieces", "trigger": { "kind": "blend" } }, "mapping": { "kind": "pairs", "pairs": { "2": "1" } }, "rate": 0.1, "testTrigger": { "kind": "blend" }, "coverRate": 0.1, "coverLabels": [3] } ] },
                { "path": "attack.rate", "values": [0.05], "scales": ["attack.coverRate"] }
              ],
              "claims": [ { "kind": "attack-succeeds", "text": "The patch works.", "value": "Patch" }, { "kind": "accuracy-stays", "text": "Accuracy stays.", "within": 0.5 } ]
            }
            """);

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        Assert.HasCount(5, runs.CellNames);
        foreach (string name in new[] { "Patch, rate 5%", "Waves, rate 5% of the target's class", "Warped, rate 5%", "clean control" })
            StringAssert.Contains(outcome.Output, name);
        string page = File.ReadAllText(runs.In("report.html"));
        foreach (string text in new[] { "Patch, 5%", "Waves, 5% of the target&#39;s class", "The rate of Waves is a share of the target&#39;s class.", "The patch works.", "Robust accuracy" })
            StringAssert.Contains(page, text);
        string[] summary = File.ReadAllLines(runs.In("summary.csv"));
        int attack = Array.IndexOf(summary[0].Split(','), "attack"), robust = Array.IndexOf(summary[0].Split(','), "final_robust_accuracy");
        CollectionAssert.AreEquivalent(new[] { "", "Patch", "Pieces", "Warped", "Waves" }, summary.Skip(1).Select(line => line.Split(',')[attack]).ToArray());
        Assert.IsTrue(summary.Skip(1).All(line => line.Split(',')[robust].Length > 0));
    }

    [TestMethod]
    public async Task Other_triggers_mappings_and_recipes_train()
    {
        using var runs = new SampleRuns();

        var outcome = await runs.RunFileAsync("""
            {
              "name": "others", "title": "Others",
              "cell": {
                "attack": { "trigger": { "kind": "blend", "alpha": 0.2 }, "mapping": { "kind": "next" }, "rate": 0.2, "coverRate": 0.1 },
                "recipe": {
                  "name": "adam", "epochs": 2, "optimizer": "sgd", "learningRate": 0.05, "momentum": 0.9, "weightDecay": 0.0005, "schedule": { "kind": "one-cycle" },
                  "augmentation": { "cropPadding": 2, "horizontalFlip": true, "rotationDegrees": 5 }, "labelSmoothing": 0.1
                }
              },
              "axes": [ { "path": "attack.mapping", "values": [ { "kind": "next" }, { "kind": "pairs", "pairs": { "1": "7", "2": "8" } } ] } ]
            }
            """);

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        Assert.HasCount(2, runs.CellNames);
        foreach (string cell in runs.CellNames)
            Assert.IsTrue(File.Exists(new CellFolder(runs.In("cells", cell)).Model), cell);
    }

    [TestMethod]
    [DataRow("not json", "not an experiment")]
    [DataRow("""{ "name": "a", "title": "A", "cell": { "attack": ATTACK }, "colour": 1 }""", "Unknown property 'colour'")]
    [DataRow("""{ "name": 7, "title": "A", "cell": { "attack": ATTACK } }""", "wrong type")]
    [DataRow("""{ "name": "a", "title": "A", "cell": { "attack": ATTACK }, "axes": [ { "path": "attack.speed", "values": [1] } ] }""", "Unknown property 'attack.speed'")]
    [DataRow("""{ "name": "a", "title": "A", "cell": { "attack": ATTACK }, "axes": [ { "path": "seed", "values": [1] } ] }""", "'seeds'")]
    [DataRow("""{ "name": "a", "title": "A", "cell": { "attack": ATTACK }, "axes": [ { "path": "attack.rate", "values": [] } ] }""", "no values")]
    [DataRow("""{ "name": "../a", "title": "A", "cell": { "attack": ATTACK } }""", "'../a'")]
    [DataRow("""{ "name": "a", "title": "A", "includes": ["mine"] }""", "'mine'")]
    [DataRow("""{ "name": "a", "title": "A", "dataset": "nowhere", "cell": { "attack": ATTACK } }""", "Unknown data set 'nowhere'")]
    [DataRow("""{ "name": "\u001b[31m", "title": "A", "cell": { "attack": ATTACK } }""", @"\u001b[31m")]
    public async Task A_bad_file_gets_one_sentence_and_nothing_is_written(string json, string expected)
    {
        using var runs = new SampleRuns();

        var outcome = await runs.RunFileAsync(json.Replace("ATTACK", Attack, StringComparison.Ordinal));

        Assert.AreEqual(2, outcome.ExitCode, outcome.Error);
        StringAssert.Contains(outcome.Error, expected);
        Assert.HasCount(1, outcome.Error.TrimEnd().Split('\n'));
        Assert.IsFalse(Directory.Exists(runs.Output));
    }

    [TestMethod]
    public async Task Files_are_written_only_to_the_output_folder()
    {
        using var runs = new SampleRuns();

        var outcome = await runs.RunFileAsync($$"""
            {
              "name": "a", "title": "A",
              "cell": {
                "attack": {{Attack}},
                "recipe": { "name": "../../../mine", "network": "badnets", "optimizer": "adam", "learningRate": 0.001, "head": "logits", "batchSize": 64, "epochs": 1 }
              },
              "published": { "number": "exp09", "runName": "x" }
            }
            """);

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        Assert.IsEmpty(runs.CsvNames());
        CollectionAssert.AreEquivalent(
            new[] { "cells", "csv", "experiments", "figures", "report.html", "summary.csv" }, Directory.EnumerateFileSystemEntries(runs.Output).Select(Path.GetFileName).ToArray());
        CollectionAssert.AreEquivalent(
            new[] { "data", "experiment.json", "results" }, Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(runs.Output)!).Select(Path.GetFileName).ToArray());
    }

    [TestMethod]
    public async Task Properties_are_set_by_their_path()
    {
        using var runs = new SampleRuns();

        var outcome = await runs.RunAsync("baseline --no-control --epochs 1 --set attack.trigger.gray=128 --set recipe.momentum=0.5 --set attack.mapping={\"kind\":\"next\"}");

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        var cell = CellDescription.Read(runs.OnlyFolder())!.Cell;
        Assert.AreEqual(0.5, cell.Recipe.Momentum);
        Assert.AreEqual("square5-br-gray128", cell.Attack.Trigger.ToSlug());
        Assert.AreEqual("next", cell.Attack.Mapping.ToSlug());
        Assert.IsEmpty(runs.CsvNames());
    }

    [TestMethod]
    public async Task List_names_every_experiment_and_its_axes()
    {
        var outcome = await SampleRuns.RunAsync(["list"], new StringWriter(), CancellationToken.None);

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        Assert.MatchesRegex(@"(?m)^baseline +The basic attack", outcome.Output);
        Assert.MatchesRegex(@"(?m)^trigger-size .* trigger size 1 px, 3 px, 4 px, 5 px", outcome.Output);
        Assert.HasCount(ExperimentCatalog.All.Count, outcome.Output.TrimEnd().Split('\n'));
    }

    [TestMethod]
    public async Task What_list_prints_can_be_run()
    {
        using var builtIn = new SampleRuns();
        using var printed = new SampleRuns();
        var listed = await SampleRuns.RunAsync(["list", "trigger-size"], new StringWriter(), CancellationToken.None);

        var first = await builtIn.RunAsync("trigger-size --epochs 1 --parallel 1");
        var second = await printed.RunFileAsync(listed.Output, "--epochs 1 --parallel 1");

        Assert.AreEqual(0, first.ExitCode, first.Error);
        Assert.AreEqual(0, second.ExitCode, second.Error);
        CollectionAssert.AreEqual(builtIn.CellNames, printed.CellNames);
        CollectionAssert.AreEqual(builtIn.CsvNames(), printed.CsvNames());
        foreach (string run in builtIn.CsvNames())
            Assert.AreEqual(builtIn.CsvWithoutSeconds(run), printed.CsvWithoutSeconds(run));
    }

    [TestMethod]
    public async Task List_refuses_what_does_not_exist()
    {
        var outcome = await SampleRuns.RunAsync(["list", "nothing"], new StringWriter(), CancellationToken.None);

        Assert.AreEqual(2, outcome.ExitCode);
        StringAssert.Contains(outcome.Error, "Unknown experiment 'nothing'");
    }
}

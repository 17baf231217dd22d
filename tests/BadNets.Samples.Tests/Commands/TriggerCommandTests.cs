using SkiaSharp;

namespace BadNets.Samples.Tests.Commands;

[TestClass]
public sealed class TriggerCommandTests
{
    [TestMethod]
    public async Task A_trigger_is_drawn_in_the_terminal_and_in_files()
    {
        using var runs = new SampleRuns();

        var outcome = await runs.RunAsync("trigger --trigger-size 4 --count 3");

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        StringAssert.Contains(outcome.Output, "square of 4 px, bottom right; target 1");
        // Two rows of pixels a line, clean, triggered, and their difference side by side.
        Assert.IsTrue(outcome.Output.Split('\n').Any(line => line.Contains("@@@@", StringComparison.Ordinal)));
        string html = File.ReadAllText(Directory.GetFiles(runs.In("triggers"), "*.html").Single());
        Assert.AreEqual(9, html.Split("<img ").Length - 1);
        StringAssert.Contains(html, "0 → 1");
        using var sheet = SKBitmap.Decode(Directory.GetFiles(runs.In("triggers"), "*.png").Single());
        Assert.IsGreaterThan(3 * 84, sheet.Width);
        // The trigger is white, and SmallDigits has no white pixels. So is the paper around the images.
        Assert.IsGreaterThan(3 * 84, sheet.Height);
    }

    [TestMethod]
    public async Task All_attacks_of_an_experiment_are_drawn_once_by_name()
    {
        using var runs = new SampleRuns();
        string file = runs.Beside("mine.json");
        File.WriteAllText(file, """
            {
              "name": "mine", "title": "Mine", "cell": { "attack": { "trigger": { "kind": "pixel" }, "mapping": { "kind": "to", "target": "1" }, "rate": 0.1 } }, "cleanControl": true,
              "axes": [
                { "path": "attack", "names": ["Warped", "Adaptive"], "values": [
                  { "trigger": { "kind": "warp" }, "mapping": { "kind": "to", "target": "1" }, "rate": 0.1, "coverRate": 0.2, "coverTrigger": { "kind": "warp-noise" } },
                  { "trigger": { "kind": "hidden-pieces", "trigger": { "kind": "blend" } }, "mapping": { "kind": "to", "target": "1" }, "rate": 0.1, "testTrigger": { "kind": "blend" } } ] },
                { "path": "attack.rate", "values": [0.1, 0.05] }
              ]
            }
            """);

        var outcome = await SampleRuns.RunAsync(["trigger", file, .. runs.Arguments("--count 2")], new StringWriter(), CancellationToken.None);

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        string html = File.ReadAllText(Directory.GetFiles(runs.In("triggers"), "mine_*.html").Single());
        CollectionAssert.AreEqual(new[] { "Warped", "Adaptive" }, html.Split("<h2>").Skip(1).Select(part => part[..part.IndexOf("</h2>", StringComparison.Ordinal)]).ToArray());
        // Clean, triggered, cover rows, or in tests, and two differences, with two images each.
        Assert.AreEqual(20, html.Split("<img ").Length - 1);
        StringAssert.Contains(html, "cover rows");
        StringAssert.Contains(html, "in tests");
    }

    [TestMethod]
    public async Task What_is_made_with_a_model_is_not_drawn()
    {
        using var runs = new SampleRuns();

        var outcome = await runs.RunAsync("trigger --trigger {\"kind\":\"low-frequency\",\"target\":\"1\"}");

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        StringAssert.Contains(outcome.Output, "is not drawn, because its trigger is made with a trained model.");
        Assert.IsEmpty(Directory.GetFiles(runs.In("triggers")));
    }
}

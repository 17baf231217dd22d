using System.Text.Json.Nodes;
using BadNets.Samples.Drawing;
using BadNets.Samples.Experiments;
using BadNets.Samples.Store;
using BadNets.Transforms;

namespace BadNets.Samples.Tests.Reporting;

/// <summary>Results like those of the published experiments with their clean control: 15 runs of 100 epochs with images.</summary>
static class ReferenceResults
{
    private const int Epochs = 100;

    public static FakeResults Make()
    {
        var results = new FakeResults();
        foreach (var experiment in ExperimentCatalog.All.Where(experiment => experiment.Published is not null))
        {
            foreach (string value in experiment.Axes.Count == 0 ? [""] : experiment.Axes[0].Values.Select(CellProperty.TextOf))
            {
                var cell = FakeResults.CellOf(experiment, [value], Epochs);
                double end = cell.Attack.Rate <= 0.02 || ((SquarePlan)cell.Attack.Trigger).Size < 5 ? 0.002 : cell.Attack.Rate == 0.025 ? 0.72 : 0.989 + cell.Attack.Rate / 10;
                results.Add(experiment, value, [.. Enumerable.Range(0, Epochs).Select(epoch => epoch == 0 ? 1 : epoch < 20 ? 0.01 : end)]);
                AddImages(results.Folder.Of(cell), isSuccess: end > 0.5);
            }
        }

        var poisoned = FakeResults.CellOf(FakeResults.Baseline, [], Epochs);
        var control = CleanControlOf(poisoned);
        new Plan(FakeResults.Baseline, [poisoned, control]).Write(results.Folder);
        results.Train(control, [.. Enumerable.Repeat(0.0008, Epochs)]);
        AddImages(results.Folder.Of(control), isSuccess: false);
        return results;
    }

    /// <summary>Adds images of ten labels, with the answers of a model whose attack always or never succeeds.</summary>
    public static void AddImages(CellFolder folder, bool isSuccess)
    {
        var shape = new ImageShape(1, 28, 28);
        byte[] pixels = [.. Enumerable.Range(0, shape.Size).Select(i => (byte)(i * 7 % 251))];
        byte[] image = SmallImage.Encode(pixels, shape);
        new CellImages(28, 28, [.. Enumerable.Range(0, 10).Select(label => new CellImage($"{label}", image, $"{label}", image, "1", isSuccess ? "1" : $"{label}"))]).Write(folder);
    }

    private static Cell CleanControlOf(Cell cell)
    {
        var document = JsonNode.Parse(cell.ToJson())!.AsObject();
        CellProperty.Rate.Set(document, 0);
        return CellJson.ReadCell(document);
    }
}

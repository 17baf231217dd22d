using System.Text.Json;
using BadNets.Samples.Experiments;
using BadNets.Samples.Store;

namespace BadNets.Samples.Tests.Reporting;

/// <summary>A thousand runs: 20 poisoning rates, 10 trigger sizes, and 5 seeds.</summary>
static class ManyResults
{
    private const int Epochs = 10;

    public static FakeResults Make()
    {
        var results = new FakeResults();
        var experiment = FakeResults.PoisoningRate with
        {
            Name = "grid",
            Axes =
            [
                new Axis("attack.rate", [.. Enumerable.Range(1, 20).Select(rate => rate / 200.0)]),
                new Axis("attack.trigger.size", [.. Enumerable.Range(1, 10)]),
            ],
            Seeds = [0, 1, 2, 3, 4],
            Claims = [new AttackSucceeds("It works.")],
            Published = null,
        };
        var cells = experiment.With(CellProperty.At("recipe.epochs"), Epochs).CellsOn(new DatasetIdentity("MNIST", 60_000, 10_000)).ToArray();
        new Plan(experiment, cells).Write(results.Folder);
        // One run for each trigger size is written as trainings do, which takes long; the others are copies of it.
        var patterns = cells.GroupBy(cell => ((SquarePlan)cell.Attack.Trigger).Size).ToDictionary(alike => alike.Key, alike =>
        {
            var cell = alike.First();
            results.Train(cell, [.. Enumerable.Range(0, Epochs).Select(epoch => alike.Key * epoch / 100.0)]);
            ReferenceResults.AddImages(results.Folder.Of(cell), isSuccess: alike.Key > 5);
            return results.Folder.Of(cell);
        });
        foreach (var cell in cells)
        {
            CellFolder pattern = patterns[((SquarePlan)cell.Attack.Trigger).Size], folder = results.Folder.Of(cell);
            if (folder == pattern)
                continue;
            Directory.CreateDirectory(folder.Path);
            File.Copy(pattern.Epochs, folder.Epochs);
            File.Copy(pattern.Images, folder.Images);
            File.WriteAllText(folder.Description, JsonSerializer.Serialize(new CellDescription(CellDescription.CurrentFormat, cell, Machine.ThisOne), CellJson.Options));
        }

        return results;
    }
}

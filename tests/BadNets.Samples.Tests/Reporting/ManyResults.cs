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
        foreach (var cell in cells)
        {
            double end = Math.Min(0.999, cell.Attack.Rate * ((SquarePlan)cell.Attack.Trigger).Size * 4 + cell.Seed / 100.0);
            results.Train(cell, [.. Enumerable.Range(0, Epochs).Select(epoch => end * epoch / (Epochs - 1))]);
            ReferenceResults.AddImages(results.Folder.Of(cell), isSuccess: end > 0.5);
        }

        return results;
    }
}

using System.Globalization;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>All that decides the numbers of one training. Equal cells are the same training, whichever experiments they belong to.</summary>
/// <param name="Dataset">The data set's name.</param>
/// <param name="TrainRows">The number of training rows.</param>
/// <param name="TestRows">The number of test rows.</param>
/// <param name="Attack">What is done to the training rows.</param>
/// <param name="Recipe">How the network is trained.</param>
/// <param name="Seed">The seed of the first weights, the shuffling and the choice of poisoned rows.</param>
sealed record Cell(string Dataset, long TrainRows, long TestRows, Attack Attack, Recipe Recipe, int Seed)
{
    /// <summary>The name of the files that belong to the training and not to one experiment.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture,
        $"{Dataset}_trigger{Attack.TargetLabel}_pr{RateInNames(Attack.PoisoningRate)}_ts{Attack.TriggerSize}_{Attack.Position.ToCode()}_ep{Recipe.Epochs}{NameSuffix}");

    /// <summary>What names have at their end where recipe or seed are not the reference's.</summary>
    public string NameSuffix =>
        (Recipe.Name == Recipe.Reference.Name ? "" : $"_{Recipe.Name}")
        + (Seed == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"_seed{Seed}"));

    /// <summary>What tells it from the other cells of a sweep, in few characters.</summary>
    public string Label => string.Create(CultureInfo.InvariantCulture,
        $"{Attack.PoisoningRate} {Attack.TriggerSize}px {Attack.Position.ToCode()}{(Seed == 0 ? "" : $" s{Seed}")}");

    /// <summary>What is stored with the results, to tell whether they are those of this cell.</summary>
    public IReadOnlyDictionary<string, string> Settings => new OrderedDictionary<string, string>
    {
        ["dataset"] = Dataset,
        ["training rows"] = Text(TrainRows),
        ["test rows"] = Text(TestRows),
        ["poisoning rate"] = Text(Attack.PoisoningRate),
        ["trigger size"] = Text(Attack.TriggerSize),
        ["trigger position"] = Attack.Position.ToCode(),
        ["target label"] = Text(Attack.TargetLabel),
        ["seed"] = Text(Seed),
        ["recipe"] = Recipe.Name,
        ["optimizer"] = Recipe.OptimizerCode,
        ["learning rate"] = Text(Recipe.LearningRate),
        ["loss on"] = Recipe.Head == TorchCnnHead.Softmax ? "softmax" : "logits",
        ["batch size"] = Text(Recipe.BatchSize),
        ["epochs"] = Text(Recipe.Epochs),
    };

    /// <summary>As the reference writes rates in file names: Python's text of the number with a p for the point.</summary>
    public static string RateInNames(double rate)
    {
        string text = Text(rate);
        return (text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0").Replace('.', 'p');
    }

    private static string Text<T>(T number) where T : IFormattable => number.ToString(null, CultureInfo.InvariantCulture);
}

using System.Text.Json.Serialization;

namespace BadNets.Samples.Experiments;

/// <summary>The network that a training run starts from, instead of random weights: the network of another training run on the same data set.</summary>
/// <param name="Attack">The attack on its training data.</param>
/// <param name="Recipe">How it is trained.</param>
/// <param name="Classes">The labels of its classes, or null for all classes of the data set.</param>
sealed record InitialNetwork(Attack Attack, Recipe Recipe, IReadOnlyList<string>? Classes = null)
{
    [JsonConverter(typeof(LabelTexts))]
    public IReadOnlyList<string>? Classes { get; } = Cell.CheckClasses(Classes);
}

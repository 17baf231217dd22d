using System.Text.Json.Serialization;
using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>How a network is trained.</summary>
/// <param name="Name">The name by which it is requested and reported.</param>
/// <param name="Network">The network's name in <see cref="Networks"/>.</param>
/// <param name="Optimizer">The optimization algorithm.</param>
/// <param name="LearningRate">The learning rate, above 0.</param>
/// <param name="Head">What the loss is given.</param>
/// <param name="BatchSize">The rows of a step, at least 1.</param>
/// <param name="Epochs">The passes over the training set, at least 1.</param>
sealed record Recipe(string Name, string Network, TorchCnnOptimizer Optimizer, double LearningRate, TorchCnnHead Head, int BatchSize, int Epochs)
{
    /// <summary>The recipe of the published experiments, quirks included: softmax before a loss that applies it again.</summary>
    public static readonly Recipe Reference = new("reference", "badnets", TorchCnnOptimizer.Sgd, 0.01, TorchCnnHead.Softmax, 64, 100);

    /// <summary>What one would do today.</summary>
    public static readonly Recipe Modern = new("modern", "badnets", TorchCnnOptimizer.Adam, 0.001, TorchCnnHead.Logits, 64, 100);

    public static IReadOnlyList<Recipe> All { get; } = [Reference, Modern];

    public double LearningRate { get; } = (float)LearningRate > 0 && float.IsFinite((float)LearningRate)
        ? LearningRate
        : throw new UsageException(FormattableString.Invariant($"The learning rate must be a number above 0 in the range of single precision, but is '{LearningRate}'."));

    public int BatchSize { get; } = AtLeast1("batch size", BatchSize);

    public int Epochs { get; init; } = AtLeast1("number of epochs", Epochs);

    [JsonIgnore]
    public string EpochsInWords => FormattableString.Invariant($"{Epochs} epoch{(Epochs == 1 ? "" : "s")}");

    /// <summary>The optimizer's name in files and on the command line.</summary>
    [JsonIgnore]
    public string OptimizerCode => Optimizer.ToString().ToLowerInvariant();

    private static int AtLeast1(string name, int value) =>
        value >= 1 ? value : throw new UsageException(FormattableString.Invariant($"The {name} must be a whole number of at least 1, but is '{value}'."));
}

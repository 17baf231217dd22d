using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>How a network is trained.</summary>
/// <param name="Name">The name it is asked for and reported by.</param>
/// <param name="Optimizer">How the weights follow the gradients.</param>
/// <param name="LearningRate">The step width.</param>
/// <param name="Head">What the loss is given.</param>
/// <param name="BatchSize">Rows a step.</param>
/// <param name="Epochs">Passes over the training set.</param>
sealed record Recipe(string Name, TorchCnnOptimizer Optimizer, double LearningRate, TorchCnnHead Head, int BatchSize, int Epochs)
{
    /// <summary>The published experiments', quirks included: softmax before a loss that applies it again.</summary>
    public static readonly Recipe Reference = new("reference", TorchCnnOptimizer.Sgd, 0.01, TorchCnnHead.Softmax, 64, 100);

    /// <summary>What one would do today.</summary>
    public static readonly Recipe Modern = new("modern", TorchCnnOptimizer.Adam, 0.001, TorchCnnHead.Logits, 64, 100);

    public static IReadOnlyList<Recipe> All { get; } = [Reference, Modern];

    public string EpochsInWords => FormattableString.Invariant($"{Epochs} epoch{(Epochs == 1 ? "" : "s")}");

    /// <summary>The optimizer's name in CSV files and on the command line.</summary>
    public string OptimizerCode => Optimizer == TorchCnnOptimizer.Sgd ? "sgd" : "adam";
}

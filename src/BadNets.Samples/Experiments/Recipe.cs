using System.Text.Json.Serialization;
using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>A recipe for training a network.</summary>
/// <param name="Name">The name on the command line and in reports.</param>
/// <param name="Network">The name of the network in <see cref="Networks"/>.</param>
/// <param name="Optimizer">The optimization algorithm.</param>
/// <param name="LearningRate">The learning rate, greater than 0.</param>
/// <param name="Head">The input of the loss.</param>
/// <param name="BatchSize">The batch size, at least 1.</param>
/// <param name="Epochs">The number of epochs, at least 1.</param>
/// <param name="Shuffle">The data sets that draw from the random stream that shuffles the training rows, or null for only the training set.</param>
/// <param name="Momentum">The momentum of SGD, or null for 0.</param>
/// <param name="WeightDecay">The weight decay, or null for the default of the optimizer.</param>
/// <param name="Schedule">The learning rate schedule, or null for a constant learning rate.</param>
/// <param name="Augmentation">The random changes to training images, or null for none.</param>
/// <param name="LabelSmoothing">The label smoothing, or null for 0.</param>
sealed record Recipe(
    string Name, string Network, TorchCnnOptimizer Optimizer, double LearningRate, TorchCnnHead Head, int BatchSize, int Epochs, TorchCnnShuffle? Shuffle = null,
    double? Momentum = null, double? WeightDecay = null, SchedulePlan? Schedule = null, AugmentationPlan? Augmentation = null, double? LabelSmoothing = null)
{
    /// <summary>
    /// The recipe of the published experiments, including their quirks: a softmax before a loss that applies another one, and one random stream for
    /// all data sets.
    /// </summary>
    public static readonly Recipe Reference =
        new("reference", Networks.BadNets, TorchCnnOptimizer.Sgd, 0.01, TorchCnnHead.Softmax, 64, 100, TorchCnnShuffle.SharedWithValidation);

    /// <summary>A recipe that is usual today.</summary>
    public static readonly Recipe Modern = new("modern", Networks.BadNets, TorchCnnOptimizer.Adam, 0.001, TorchCnnHead.Logits, 64, 100);

    public static IReadOnlyList<Recipe> All { get; } = [Reference, Modern];

    public string Network { get; } = Networks.Check(Network);

    public double LearningRate { get; } = (float)LearningRate > 0 && float.IsFinite((float)LearningRate)
        ? LearningRate
        : throw new UsageException(FormattableString.Invariant($"The learning rate must be a number greater than 0 in the range of single precision, but is '{LearningRate}'."));

    // An explicit default value must not make a different recipe.
    public TorchCnnShuffle? Shuffle { get; } = Shuffle == TorchCnnShuffle.TrainingOnly ? null : Shuffle;

    public double? Momentum { get; init; } = Momentum == 0 ? null : Momentum;

    public AugmentationPlan? Augmentation { get; } = Augmentation is { IsNone: true } ? null : Augmentation;

    public double? LabelSmoothing { get; } = LabelSmoothing == 0 ? null : LabelSmoothing;

    public int BatchSize { get; } = AtLeast1("batch size", BatchSize);

    public int Epochs { get; init; } = AtLeast1("number of epochs", Epochs);

    [JsonIgnore]
    public string EpochsInWords => FormattableString.Invariant($"{Epochs} epoch{(Epochs == 1 ? "" : "s")}");

    /// <summary>The name of the optimizer in files and on the command line.</summary>
    [JsonIgnore]
    public string OptimizerCode => Optimizer.ToString().ToLowerInvariant();

    /// <exception cref="UsageException">There is no such network.</exception>
    public TorchCnnTrainer.Options MakeOptions() => new()
    {
        Network = Networks.Find(Network),
        Optimizer = Optimizer,
        LearningRate = LearningRate,
        Momentum = Momentum ?? 0,
        WeightDecay = WeightDecay,
        LearningRateSchedule = Schedule?.Make() ?? LearningRateSchedule.Constant,
        Head = Head,
        LabelSmoothing = LabelSmoothing ?? 0,
        Augmentation = Augmentation?.Make(),
        Shuffle = Shuffle ?? TorchCnnShuffle.TrainingOnly,
        BatchSize = BatchSize,
        Epochs = Epochs,
    };

    private static int AtLeast1(string name, int value) =>
        value >= 1 ? value : throw new UsageException(FormattableString.Invariant($"The {name} must be a whole number of at least 1, but is '{value}'."));
}

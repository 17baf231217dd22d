using System.Text.Json.Serialization;
using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>How a network is trained.</summary>
/// <param name="Name">The name by which it is requested and reported.</param>
/// <param name="Network">The network's name in <see cref="Networks"/>.</param>
/// <param name="Optimizer">The optimization algorithm.</param>
/// <param name="LearningRate">The learning rate, above 0.</param>
/// <param name="Head">The input of the loss.</param>
/// <param name="BatchSize">The number of rows in a step, at least 1.</param>
/// <param name="Epochs">The passes over the training set, at least 1.</param>
/// <param name="Shuffle">Whether testing advances the random stream of the training rows' order. Null: no.</param>
/// <param name="Momentum">The momentum of SGD. Null: 0.</param>
/// <param name="WeightDecay">The weight decay. Null: the library's default for the optimizer.</param>
/// <param name="Schedule">The learning-rate schedule. Null: constant.</param>
/// <param name="Augmentation">How training images are changed at random. Null: not at all.</param>
/// <param name="LabelSmoothing">The label smoothing. Null: 0.</param>
sealed record Recipe(
    string Name, string Network, TorchCnnOptimizer Optimizer, double LearningRate, TorchCnnHead Head, int BatchSize, int Epochs, TorchCnnShuffle? Shuffle = null,
    double? Momentum = null, double? WeightDecay = null, SchedulePlan? Schedule = null, AugmentationPlan? Augmentation = null, double? LabelSmoothing = null)
{
    /// <summary>The recipe of the published experiments, quirks included: softmax before a loss that applies it again, and one random stream for all.</summary>
    public static readonly Recipe Reference =
        new("reference", Networks.BadNets, TorchCnnOptimizer.Sgd, 0.01, TorchCnnHead.Softmax, 64, 100, TorchCnnShuffle.SharedWithValidation);

    /// <summary>A usual recipe today.</summary>
    public static readonly Recipe Modern = new("modern", Networks.BadNets, TorchCnnOptimizer.Adam, 0.001, TorchCnnHead.Logits, 64, 100);

    public static IReadOnlyList<Recipe> All { get; } = [Reference, Modern];

    public string Network { get; } = Networks.Check(Network);

    public double LearningRate { get; } = (float)LearningRate > 0 && float.IsFinite((float)LearningRate)
        ? LearningRate
        : throw new UsageException(FormattableString.Invariant($"The learning rate must be a number above 0 in the range of single precision, but is '{LearningRate}'."));

    // A default that is written out is no other recipe.
    public TorchCnnShuffle? Shuffle { get; } = Shuffle == TorchCnnShuffle.TrainingOnly ? null : Shuffle;

    public double? Momentum { get; init; } = Momentum == 0 ? null : Momentum;

    public AugmentationPlan? Augmentation { get; } = Augmentation is { IsNone: true } ? null : Augmentation;

    public double? LabelSmoothing { get; } = LabelSmoothing == 0 ? null : LabelSmoothing;

    public int BatchSize { get; } = AtLeast1("batch size", BatchSize);

    public int Epochs { get; init; } = AtLeast1("number of epochs", Epochs);

    [JsonIgnore]
    public string EpochsInWords => FormattableString.Invariant($"{Epochs} epoch{(Epochs == 1 ? "" : "s")}");

    /// <summary>The optimizer's name in files and on the command line.</summary>
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

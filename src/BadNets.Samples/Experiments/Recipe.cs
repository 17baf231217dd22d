using System.Text.Json;
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
/// <param name="Frozen">The names of the layers and parameters that training does not change, or null for none.</param>
sealed record Recipe(
    string Name, string Network, TorchCnnOptimizer Optimizer, double LearningRate, TorchCnnHead Head, int BatchSize, int Epochs, TorchCnnShuffle? Shuffle = null,
    double? Momentum = null, double? WeightDecay = null, SchedulePlan? Schedule = null, AugmentationPlan? Augmentation = null, double? LabelSmoothing = null,
    IReadOnlyList<string>? Frozen = null)
{
    /// <summary>
    /// The recipe of the published experiments, including their quirks: a softmax before a loss that applies another one, and one random stream for
    /// all data sets.
    /// </summary>
    public static readonly Recipe Reference =
        new("reference", Networks.BadNets, TorchCnnOptimizer.Sgd, 0.01, TorchCnnHead.Softmax, 64, 100, TorchCnnShuffle.SharedWithValidation);

    /// <summary>The BadNets network with a recipe that needs few epochs.</summary>
    public static readonly Recipe Adam = new("adam", Networks.BadNets, TorchCnnOptimizer.Adam, 0.001, TorchCnnHead.Logits, 64, 100);

    /// <summary>The name of the recipes that are usual today, one for each kind of data set. In earlier versions, <see cref="Adam"/> had this name.</summary>
    public const string ModernName = "modern";

    // A mirrored sign or digit is another one or none, so images are flipped only in CIFAR-10.
    private static readonly Recipe ModernCifar10 = Modern(epochs: 15, new AugmentationPlan(CropPadding: 4, HorizontalFlip: true));
    private static readonly Recipe ModernGtsrb = Modern(epochs: 8, new AugmentationPlan(CropPadding: 4));
    private static readonly Recipe ModernOthers = Modern(epochs: 3, new AugmentationPlan(CropPadding: 2));

    /// <summary>The names of the recipes.</summary>
    public static IReadOnlyList<string> Names { get; } = [Reference.Name, ModernName, Adam.Name];

    /// <summary>The numbers of epochs of the modern recipes, from the smallest.</summary>
    public static IReadOnlyList<int> ModernEpochs { get; } = [.. new[] { ModernCifar10.Epochs, ModernGtsrb.Epochs, ModernOthers.Epochs }.Order()];

    /// <summary>The recipes whose names are part of the names of published files.</summary>
    public static IReadOnlyList<Recipe> Published { get; } = [Reference, Adam, Adam with { Name = ModernName }];

    /// <summary>Returns the recipes for a data set, in the order of <see cref="Names"/>.</summary>
    public static IReadOnlyList<Recipe> AllFor(DatasetIdentity dataset) =>
    [
        Reference,
        dataset.Name.StartsWith("CIFAR10", StringComparison.Ordinal) ? ModernCifar10 : dataset.Name.StartsWith("GTSRB", StringComparison.Ordinal) ? ModernGtsrb : ModernOthers,
        Adam,
    ];

    /// <summary>Returns the recipe that another one is the same as, except for the number of epochs and possibly the name, or else the one that it is a change of.</summary>
    /// <returns>The recipe, or null if there is none with this name.</returns>
    public static Recipe? ClosestTo(Recipe recipe, DatasetIdentity dataset)
    {
        var all = AllFor(dataset);
        return all.FirstOrDefault(usual => usual with { Epochs = recipe.Epochs } == recipe)
            ?? all.FirstOrDefault(usual => usual with { Epochs = recipe.Epochs, Name = recipe.Name } == recipe)
            ?? all.FirstOrDefault(usual => usual.Name == recipe.Name);
    }

    public string Network { get; } = Networks.Check(Network);

    public double LearningRate { get; } = (float)LearningRate > 0 && float.IsFinite((float)LearningRate)
        ? LearningRate
        : throw new UsageException(FormattableString.Invariant($"The learning rate must be a number greater than 0 in the range of single precision, but is '{LearningRate}'."));

    // An explicit default value must not make a different recipe.
    public TorchCnnShuffle? Shuffle { get; } = Shuffle == TorchCnnShuffle.TrainingOnly ? null : Shuffle;

    public double? Momentum { get; init; } = Momentum == 0 ? null : Momentum;

    public AugmentationPlan? Augmentation { get; } = Augmentation is { IsNone: true } ? null : Augmentation;

    public double? LabelSmoothing { get; } = LabelSmoothing == 0 ? null : LabelSmoothing;

    public IReadOnlyList<string>? Frozen { get; } = Frozen is { Count: > 0 } ? [.. Frozen] : null;

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
        FrozenParameters = Frozen ?? [],
    };

    public bool Equals(Recipe? other) => other is not null && ToJson() == other.ToJson();

    public override int GetHashCode() => ToJson().GetHashCode(StringComparison.Ordinal);

    private string ToJson() => JsonSerializer.Serialize(this, CellJson.Options);

    private static Recipe Modern(int epochs, AugmentationPlan augmentation) => new(
        ModernName, Networks.ResNet20, TorchCnnOptimizer.Sgd, 0.1, TorchCnnHead.Logits, 128, epochs, Momentum: 0.9, WeightDecay: 5e-4, Schedule: new OneCyclePlan(), Augmentation: augmentation);

    private static int AtLeast1(string name, int value) =>
        value >= 1 ? value : throw new UsageException(FormattableString.Invariant($"The {name} must be a whole number of at least 1, but is '{value}'."));
}

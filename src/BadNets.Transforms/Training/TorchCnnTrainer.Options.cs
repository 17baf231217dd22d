using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Transforms;

public sealed partial class TorchCnnTrainer
{
    /// <summary>The options of <see cref="TorchCnnTrainer"/>.</summary>
    public sealed class Options
    {
        /// <summary>The name of the label column, a key. The default is <c>Label</c>.</summary>
        public string LabelColumnName { get; set; } = DefaultColumnNames.Label;

        /// <summary>
        /// The name of the image column, a vector of Byte or Single with dimensions channels × height × width. The default is <c>Image</c>.
        /// </summary>
        public string ImageColumnName { get; set; } = "Image";

        /// <summary>The name of the column to add for the class probabilities, a vector of Single. The default is <c>Score</c>.</summary>
        public string ScoreColumnName { get; set; } = DefaultColumnNames.Score;

        /// <summary>The name of the column to add for the predicted label, a key. The default is <c>PredictedLabel</c>.</summary>
        public string PredictedLabelColumnName { get; set; } = DefaultColumnNames.PredictedLabel;

        /// <summary>
        /// The name of the column to add for the features, a vector of Single with the input of the last layer (see
        /// <see cref="TorchCnnTransformer"/>). The default is <see langword="null"/>, which adds no such column.
        /// </summary>
        public string? FeaturesColumnName { get; set; }

        /// <summary>The architecture of the network. The default is <see cref="TorchNetwork.BadNets"/>.</summary>
        public TorchNetwork Network { get; set; } = TorchNetwork.BadNets;

        /// <summary>
        /// The normalization that converts raw pixels to the inputs of the network. The default is <see cref="PixelNormalization.Default"/>, which
        /// maps 0…255 to -1…1.
        /// </summary>
        public PixelNormalization Normalization { get; set; } = PixelNormalization.Default;

        /// <summary>
        /// The random changes to training images. Validation sets are not changed. The default is <see langword="null"/>, which disables
        /// augmentation.
        /// </summary>
        public ImageAugmentation? Augmentation { get; set; }

        /// <summary>
        /// The batch size, which is the number of rows per step, at least 1. The last step of an epoch uses the remaining rows. The default is 64.
        /// </summary>
        public int BatchSize { get; set; } = 64;

        /// <summary>The number of epochs (passes over the training set), at least 1. The default is 10.</summary>
        public int Epochs { get; set; } = 10;

        /// <summary>The optimization algorithm. The default is <see cref="TorchCnnOptimizer.Adam"/>.</summary>
        public TorchCnnOptimizer Optimizer { get; set; } = TorchCnnOptimizer.Adam;

        /// <summary>
        /// The learning rate, greater than 0. The default is <see langword="null"/>, which means 0.001 for Adam and AdamW, and 0.01 for SGD.
        /// </summary>
        public double? LearningRate { get; set; }

        /// <summary>
        /// The schedule that changes the learning rate during training, with <see cref="LearningRate"/> as its base rate. The default is
        /// <see cref="LearningRateSchedule.Constant"/>.
        /// </summary>
        public LearningRateSchedule LearningRateSchedule { get; set; } = LearningRateSchedule.Constant;

        /// <summary>The momentum of <see cref="TorchCnnOptimizer.Sgd"/>, at least 0 and less than 1. The default is 0.</summary>
        public double Momentum { get; set; }

        /// <summary>
        /// The weight decay, at least 0. For SGD and Adam, it is an L2 penalty that is added to the gradient. For AdamW, it is decoupled from the
        /// gradient. The default is <see langword="null"/>, which means 0.01 for AdamW, and 0 for SGD and Adam.
        /// </summary>
        public double? WeightDecay { get; set; }

        /// <summary>The input of the cross-entropy loss. The default is <see cref="TorchCnnHead.Logits"/>.</summary>
        public TorchCnnHead Head { get; set; } = TorchCnnHead.Logits;

        /// <summary>
        /// The label smoothing <c>s</c> (Szegedy et al. 2016), at least 0 and less than 1, as defined in PyTorch: the target distribution of a row is
        /// its label with weight 1 - s, mixed with the uniform distribution over all classes with weight s. It applies only to the training loss. The
        /// loss on validation sets does not use it, so it can be compared across training runs. The default is 0.
        /// </summary>
        public double LabelSmoothing { get; set; }

        /// <summary>
        /// The seed of the initial weights, the shuffling, and the augmentation. The default is <see langword="null"/>, which means the seed of the
        /// <see cref="MLContext"/>. If the context has no seed, a random seed is chosen when the trainer is created, and is written to
        /// <see cref="MLContext.Log"/> when training starts.
        /// </summary>
        public int? Seed { get; set; }

        /// <summary>
        /// The data sets that draw from the random stream that shuffles the training rows. The default is <see cref="TorchCnnShuffle.TrainingOnly"/>,
        /// with which validation sets do not affect training.
        /// </summary>
        public TorchCnnShuffle Shuffle { get; set; } = TorchCnnShuffle.TrainingOnly;

        /// <summary>
        /// The device to train on: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>, and so on. The default is <see langword="null"/>, which means the CUDA
        /// device of <see cref="MLContext.GpuDeviceId"/> if that is set, and otherwise the CPU. If that device is not available and
        /// <see cref="MLContext.FallbackToCpu"/> is <see langword="true"/>, the CPU is used.
        /// </summary>
        public string? Device { get; set; }

        /// <summary>
        /// The number of threads for this training run, from 1 to the number of processors. The default is <see langword="null"/>, which means the
        /// number that <c>torch.set_num_threads</c> set for the calling thread, or else the number of processors. The option applies only to this
        /// training run. Concurrent training runs can use different numbers, and scoring is not affected. With
        /// <see cref="TorchNetwork.BadNets"/> and <see cref="TorchNetwork.ResNet"/> on a CPU with fused multiply-add instructions, the number does
        /// not affect the results. With other networks, it can affect rounding.
        /// </summary>
        public int? Threads { get; set; }

        /// <summary>
        /// The validation sets: named views with the same label and image columns as the training set, on which the network is evaluated after each
        /// epoch. Each is read once. They do not affect training unless <see cref="Shuffle"/> is <see cref="TorchCnnShuffle.SharedWithValidation"/>.
        /// The default is empty.
        /// </summary>
        public IReadOnlyList<KeyValuePair<string, IDataView>> ValidationSets { get; set; } = [];

        /// <summary>
        /// A callback that is invoked after each epoch, on the training thread. When training is resumed from a checkpoint, the first call can repeat
        /// the last call of the interrupted run, with the same numbers. The default is <see langword="null"/>.
        /// </summary>
        public Action<TorchCnnEpoch>? EpochFinished { get; set; }

        /// <summary>
        /// A callback that is invoked after each step, on the training thread. It should return quickly. The default is <see langword="null"/>.
        /// </summary>
        public Action<TorchCnnProgress>? StepFinished { get; set; }

        /// <summary>
        /// The path of a checkpoint file, which stores the weights, the state of the optimizer, and the state of the random stream after each epoch.
        /// It is replaced atomically. If the file exists when training starts, training continues from it. On the same machine and with the same
        /// number of threads, the result is bit-identical to that of an uninterrupted training run. This does not apply to networks that draw random
        /// numbers during training (as in dropout), because these come from libtorch's process-wide generator, which the file does not store. The
        /// default is <see langword="null"/>, which disables checkpoints.
        /// </summary>
        public string? CheckpointPath { get; set; }

        /// <summary>
        /// A token to cancel training, which then ends at the next step with an <see cref="OperationCanceledException"/>. The default is
        /// <see cref="CancellationToken.None"/>.
        /// </summary>
        public CancellationToken CancellationToken { get; set; }

        /// <summary>
        /// The names of parameters (such as <c>conv1.weight</c>) or of entire layers (such as <c>layer1</c> or <c>layer1.0</c>) that training does
        /// not change, usually with <see cref="Fit(IDataView, TorchCnnTransformer)"/>. A frozen layer works as in scoring: its batch statistics do
        /// not change, and its dropout is off. The default is empty.
        /// </summary>
        public IReadOnlyList<string> FrozenParameters { get; set; } = [];

        /// <summary>
        /// Creates the options of the published BadNets experiments on MNIST, which are those of the PyTorch program verazuo/badnets-pytorch: SGD
        /// with learning rate 0.01, batch size 64, 100 epochs, and seed 0. They include two quirks: a softmax before the loss, which applies another
        /// one (<see cref="TorchCnnHead.Softmax"/>), and one random stream for the training set and the validation sets
        /// (<see cref="TorchCnnShuffle.SharedWithValidation"/>).
        /// </summary>
        /// <returns>The options.</returns>
        public static Options Published() => new()
        {
            Optimizer = TorchCnnOptimizer.Sgd,
            LearningRate = 0.01,
            BatchSize = 64,
            Epochs = 100,
            Head = TorchCnnHead.Softmax,
            Shuffle = TorchCnnShuffle.SharedWithValidation,
            Seed = 0,
        };

        /// <summary>The model whose weights training starts with, or null.</summary>
        internal TorchCnnTransformer? InitialModel { get; private set; }

        /// <summary>The seed that training uses, which is set when the trainer is created.</summary>
        internal int EffectiveSeed { get; set; }

        internal double EffectiveLearningRate => LearningRate ?? (Optimizer == TorchCnnOptimizer.Sgd ? 0.01 : 0.001);

        internal double EffectiveWeightDecay => WeightDecay ?? (Optimizer == TorchCnnOptimizer.AdamW ? 0.01 : 0);

        /// <summary>Creates an exception whose parameter name is the name of an option.</summary>
        internal static ArgumentException Refusal(string option, string message) => new(message, option);

        /// <summary>Creates the options for fine-tuning a model.</summary>
        internal Options StartingFrom(TorchCnnTransformer model)
        {
            var copy = (Options)MemberwiseClone();
            (copy.InitialModel, copy.Network, copy.Normalization, copy.Seed) = (model, model.Network, model.Normalization, EffectiveSeed);
            return copy;
        }

        internal Options CheckedCopy()
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(LabelColumnName);
            ArgumentException.ThrowIfNullOrWhiteSpace(ImageColumnName);
            ArgumentException.ThrowIfNullOrWhiteSpace(ScoreColumnName);
            ArgumentException.ThrowIfNullOrWhiteSpace(PredictedLabelColumnName);
            if (Device is not null)
                ArgumentException.ThrowIfNullOrWhiteSpace(Device);
            if (FeaturesColumnName is not null)
                ArgumentException.ThrowIfNullOrWhiteSpace(FeaturesColumnName);
            ArgumentNullException.ThrowIfNull(FrozenParameters);
            ArgumentNullException.ThrowIfNull(Network);
            ArgumentNullException.ThrowIfNull(Normalization);
            ArgumentNullException.ThrowIfNull(LearningRateSchedule);
            ArgumentNullException.ThrowIfNull(ValidationSets);
            ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
            ArgumentOutOfRangeException.ThrowIfLessThan(Epochs, 1);
            if (Threads < 1 || Threads > Environment.ProcessorCount)
                throw new ArgumentOutOfRangeException(nameof(Threads), $"The number of threads must be from 1 to {Environment.ProcessorCount} (the number of processors), but is {Threads}. Set it to null to use libtorch's default.");
            if (!(EffectiveLearningRate > 0) || !double.IsFinite(EffectiveLearningRate))
                throw new ArgumentOutOfRangeException(nameof(LearningRate), $"The learning rate must be greater than 0, but is {LabelValue.From(EffectiveLearningRate)}.");
            if (!Enum.IsDefined(Optimizer))
                throw new ArgumentOutOfRangeException(nameof(Optimizer), $"Unknown optimizer '{(int)Optimizer}'. Expected one of {string.Join(", ", Enum.GetNames<TorchCnnOptimizer>())}.");
            if (!(Momentum is >= 0 and < 1))
                throw new ArgumentOutOfRangeException(nameof(Momentum), $"The momentum must be at least 0 and less than 1, but is {LabelValue.From(Momentum)}.");
            if (Momentum > 0 && Optimizer != TorchCnnOptimizer.Sgd)
                throw new ArgumentException($"The momentum can be set only for {TorchCnnOptimizer.Sgd}, but the optimizer is {Optimizer}. Set the momentum to 0.", nameof(Momentum));
            if (!(EffectiveWeightDecay >= 0) || !double.IsFinite(EffectiveWeightDecay))
                throw new ArgumentOutOfRangeException(nameof(WeightDecay), $"The weight decay must be at least 0, but is {LabelValue.From(EffectiveWeightDecay)}.");
            if (!Enum.IsDefined(Head))
                throw new ArgumentOutOfRangeException(nameof(Head), $"Unknown head '{(int)Head}'. Expected one of {string.Join(", ", Enum.GetNames<TorchCnnHead>())}.");
            if (!Enum.IsDefined(Shuffle))
                throw new ArgumentOutOfRangeException(nameof(Shuffle), $"Unknown shuffle '{(int)Shuffle}'. Expected one of {string.Join(", ", Enum.GetNames<TorchCnnShuffle>())}.");
            if (LearningRateSchedule.FindMistake(EffectiveLearningRate, Epochs) is { } mistake)
                throw Refusal(nameof(LearningRateSchedule), mistake);
            if (!(LabelSmoothing is >= 0 and < 1))
                throw new ArgumentOutOfRangeException(nameof(LabelSmoothing), $"The label smoothing must be at least 0 and less than 1, but is {LabelValue.From(LabelSmoothing)}.");
            if (Augmentation is { CropPadding: < 0 } crop)
                throw new ArgumentOutOfRangeException(nameof(Augmentation), $"The crop padding must be at least 0, but is {crop.CropPadding}.");
            if (Augmentation is { } rotation && !(rotation.RotationDegrees is >= 0 and <= 180))
                throw new ArgumentOutOfRangeException(nameof(Augmentation), $"The rotation must be from 0 to 180 degrees, but is {LabelValue.From(rotation.RotationDegrees)}.");
            if (ValidationSets.Any(set => string.IsNullOrWhiteSpace(set.Key)))
                throw new ArgumentException("The name of a validation set is empty.", nameof(ValidationSets));
            if (ValidationSets.GroupBy(set => set.Key).FirstOrDefault(sets => sets.Count() > 1) is { } twice)
                throw new ArgumentException($"Two validation sets have the name '{twice.Key}'. Give each validation set a different name.", nameof(ValidationSets));
            var copy = (Options)MemberwiseClone();
            copy.ValidationSets = [.. ValidationSets];
            copy.Augmentation = Augmentation is { IsNone: false } ? Augmentation : null;
            copy.FrozenParameters = [.. FrozenParameters];
            return copy;
        }
    }
}

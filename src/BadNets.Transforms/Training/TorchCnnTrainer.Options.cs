using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Transforms;

public sealed partial class TorchCnnTrainer
{
    /// <summary>What to train, and how.</summary>
    public sealed class Options
    {
        /// <summary>The label column: a key. Default: <c>Label</c>.</summary>
        public string LabelColumnName { get; set; } = DefaultColumnNames.Label;

        /// <summary>The image column: a vector of Byte or Single with dimensions channels × height × width. Default: <c>Image</c>.</summary>
        public string ImageColumnName { get; set; } = "Image";

        /// <summary>The column for the probabilities of the classes. Default: <c>Score</c>.</summary>
        public string ScoreColumnName { get; set; } = DefaultColumnNames.Score;

        /// <summary>The column for the predicted label. Default: <c>PredictedLabel</c>.</summary>
        public string PredictedLabelColumnName { get; set; } = DefaultColumnNames.PredictedLabel;

        /// <summary>
        /// The column for the features, the input of the network's last layer (<see cref="TorchCnnTransformer"/>). Null, the default: none.
        /// </summary>
        public string? FeaturesColumnName { get; set; }

        /// <summary>The network's architecture. Default: <see cref="TorchNetwork.BadNets"/>.</summary>
        public TorchNetwork Network { get; set; } = TorchNetwork.BadNets;

        /// <summary>
        /// How pixels become the network's inputs, with one mean and standard deviation for all channels or one for each. Default: from 0…255 to
        /// -1…1.
        /// </summary>
        public PixelNormalization Normalization { get; set; } = PixelNormalization.Default;

        /// <summary>Random changes to the training images. Null, the default: none. Validation sets are never changed.</summary>
        public ImageAugmentation? Augmentation { get; set; }

        /// <summary>The batch size: the number of rows in a step, at least 1. The last step of an epoch takes the remaining rows. Default: 64.</summary>
        public int BatchSize { get; set; } = 64;

        /// <summary>Passes over the training set, at least 1. Default: 10.</summary>
        public int Epochs { get; set; } = 10;

        /// <summary>The optimization algorithm. Default: <see cref="TorchCnnOptimizer.Adam"/>.</summary>
        public TorchCnnOptimizer Optimizer { get; set; } = TorchCnnOptimizer.Adam;

        /// <summary>The learning rate, above 0. Null, the default: 0.001 for Adam and AdamW, 0.01 for SGD.</summary>
        public double? LearningRate { get; set; }

        /// <summary>
        /// How the learning rate changes from epoch to epoch or step to step; <see cref="LearningRate"/> is its base rate.
        /// Default: <see cref="LearningRateSchedule.Constant"/>.
        /// </summary>
        public LearningRateSchedule LearningRateSchedule { get; set; } = LearningRateSchedule.Constant;

        /// <summary>The momentum of <see cref="TorchCnnOptimizer.Sgd"/>, at least 0 and below 1. Default: 0.</summary>
        public double Momentum { get; set; }

        /// <summary>
        /// The weight decay, at least 0: an L2 penalty added to the gradient (SGD, Adam), or decoupled from it (AdamW). Null, the default: 0.01
        /// for AdamW, otherwise 0.
        /// </summary>
        public double? WeightDecay { get; set; }

        /// <summary>The input of the cross-entropy loss. Default: <see cref="TorchCnnHead.Logits"/>.</summary>
        public TorchCnnHead Head { get; set; } = TorchCnnHead.Logits;

        /// <summary>
        /// Label smoothing (Szegedy et al. 2016) with PyTorch's meaning, at least 0 and below 1: the target distribution of a row is its label with
        /// probability 1 - s, mixed with the uniform distribution over all classes with probability s. It applies only to the training loss; the loss
        /// on validation sets does not use it, and can therefore be compared across training runs. Default: 0.
        /// </summary>
        public double LabelSmoothing { get; set; }

        /// <summary>
        /// The seed of the initial weights, the shuffling, and the augmentation. Null, the default: the <see cref="MLContext"/>'s seed. If that has none
        /// either, a seed is drawn when the trainer is created, and training writes it to <see cref="MLContext.Log"/>.
        /// </summary>
        public int? Seed { get; set; }

        /// <summary>
        /// What draws from the random stream that shuffles the training rows. Default: <see cref="TorchCnnShuffle.TrainingOnly"/>, with which
        /// validation sets do not affect training.
        /// </summary>
        public TorchCnnShuffle Shuffle { get; set; } = TorchCnnShuffle.TrainingOnly;

        /// <summary>
        /// Where to compute: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>, and so on. Null, the default: the CUDA device of <see cref="MLContext.GpuDeviceId"/>
        /// if that is set (or the CPU, if the device is not available and <see cref="MLContext.FallbackToCpu"/> is true); otherwise the CPU.
        /// </summary>
        public string? Device { get; set; }

        /// <summary>
        /// The number of libtorch threads for this training run, from 1 to the number of processors. Null, the default: the number that
        /// <c>torch.set_num_threads</c> set for the calling thread, or otherwise the number of processors. The option applies only to this run:
        /// concurrent training runs can use different numbers, and scoring is not affected. The number affects results through rounding. Set it
        /// to get bit-identical results on machines with different numbers of processors.
        /// </summary>
        public int? Threads { get; set; }

        /// <summary>
        /// Named views with the training set's label and image columns, on which the network is measured after each epoch. They are read once. They do
        /// not affect training, unless <see cref="Shuffle"/> is <see cref="TorchCnnShuffle.SharedWithValidation"/>.
        /// </summary>
        public IReadOnlyList<KeyValuePair<string, IDataView>> ValidationSets { get; set; } = [];

        /// <summary>
        /// Called after each epoch, on the training thread. When training is resumed, the first call can repeat the last call of the
        /// interrupted run, with the same numbers.
        /// </summary>
        public Action<TorchCnnEpoch>? EpochFinished { get; set; }

        /// <summary>Called after each step, on the training thread; keep it short.</summary>
        public Action<TorchCnnProgress>? StepFinished { get; set; }

        /// <summary>
        /// A file that stores the weights, the optimizer, and the random stream after each epoch. It is replaced atomically. If it exists when
        /// training starts, training continues from it, and on the same machine with the same number of threads, the result has the same bits as
        /// if training had not been interrupted. This does not apply to networks whose layers draw random numbers during training (dropout): these
        /// come from libtorch's process-wide generator, which the file does not store. Null, the default: none.
        /// </summary>
        public string? CheckpointPath { get; set; }

        /// <summary>Ends training at the next step, with an <see cref="OperationCanceledException"/>.</summary>
        public CancellationToken CancellationToken { get; set; }

        /// <summary>
        /// Parameters that training does not change, usually with <see cref="Fit(IDataView, TorchCnnTransformer)"/>: names of parameters
        /// (<c>conv1.weight</c>) or of layers including everything in them (<c>layer1</c>, <c>layer1.0</c>). A named layer works as in scoring:
        /// its batch statistics do not change either, and its dropout is off. Default: none.
        /// </summary>
        public IReadOnlyList<string> FrozenParameters { get; set; } = [];

        /// <summary>
        /// The options of the published BadNets experiments on MNIST, including their quirks: SGD at 0.01, batches of 64, 100 epochs, seed 0, a
        /// softmax before the loss, which applies another one (<see cref="TorchCnnHead.Softmax"/>), and one random stream for the training set and the
        /// validation sets (<see cref="TorchCnnShuffle.SharedWithValidation"/>).
        /// </summary>
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

        /// <summary>The model whose weights training starts from, or null.</summary>
        internal TorchCnnTransformer? InitialModel { get; private set; }

        /// <summary>The seed that training uses; set when the trainer is created.</summary>
        internal int EffectiveSeed { get; set; }

        internal double EffectiveLearningRate => LearningRate ?? (Optimizer == TorchCnnOptimizer.Sgd ? 0.01 : 0.001);

        internal double EffectiveWeightDecay => WeightDecay ?? (Optimizer == TorchCnnOptimizer.AdamW ? 0.01 : 0);

        /// <summary>Creates an exception whose parameter name is the name of an option.</summary>
        internal static ArgumentException Refusal(string option, string message) => new(message, option);

        /// <summary>The options for training a model on.</summary>
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
                throw new ArgumentOutOfRangeException(nameof(Threads), $"The number of threads must be from 1 to {Environment.ProcessorCount}, the number of processors, but is {Threads}; leave it null to use libtorch's default.");
            if (!(EffectiveLearningRate > 0) || !double.IsFinite(EffectiveLearningRate))
                throw new ArgumentOutOfRangeException(nameof(LearningRate), $"The learning rate must be above 0, but is {LabelValue.From(EffectiveLearningRate)}.");
            if (!Enum.IsDefined(Optimizer))
                throw new ArgumentOutOfRangeException(nameof(Optimizer), $"There is no optimizer {(int)Optimizer}.");
            if (!(Momentum is >= 0 and < 1))
                throw new ArgumentOutOfRangeException(nameof(Momentum), $"The momentum must be at least 0 and below 1, but is {LabelValue.From(Momentum)}.");
            if (Momentum > 0 && Optimizer != TorchCnnOptimizer.Sgd)
                throw new ArgumentException($"Only {TorchCnnOptimizer.Sgd} has a momentum option; {Optimizer} uses fixed values.", nameof(Momentum));
            if (!(EffectiveWeightDecay >= 0) || !double.IsFinite(EffectiveWeightDecay))
                throw new ArgumentOutOfRangeException(nameof(WeightDecay), $"The weight decay must be at least 0, but is {LabelValue.From(EffectiveWeightDecay)}.");
            if (!Enum.IsDefined(Head))
                throw new ArgumentOutOfRangeException(nameof(Head), $"There is no head {(int)Head}.");
            if (!Enum.IsDefined(Shuffle))
                throw new ArgumentOutOfRangeException(nameof(Shuffle), $"There is no shuffle {(int)Shuffle}.");
            if (LearningRateSchedule.FindMistake(EffectiveLearningRate, Epochs) is { } mistake)
                throw Refusal(nameof(LearningRateSchedule), mistake);
            if (!(LabelSmoothing is >= 0 and < 1))
                throw new ArgumentOutOfRangeException(nameof(LabelSmoothing), $"The label smoothing must be at least 0 and below 1, but is {LabelValue.From(LabelSmoothing)}.");
            if (Augmentation is { CropPadding: < 0 } crop)
                throw new ArgumentOutOfRangeException(nameof(Augmentation), $"The crop padding must be at least 0, but is {crop.CropPadding}.");
            if (Augmentation is { } rotation && !(rotation.RotationDegrees is >= 0 and <= 180))
                throw new ArgumentOutOfRangeException(nameof(Augmentation), $"The rotation must be from 0 to 180 degrees, but is {LabelValue.From(rotation.RotationDegrees)}.");
            if (ValidationSets.Any(set => string.IsNullOrWhiteSpace(set.Key)))
                throw new ArgumentException("A validation set needs a name.", nameof(ValidationSets));
            if (ValidationSets.GroupBy(set => set.Key).FirstOrDefault(sets => sets.Count() > 1) is { } twice)
                throw new ArgumentException($"There are two validation sets named '{twice.Key}'.", nameof(ValidationSets));
            var copy = (Options)MemberwiseClone();
            copy.ValidationSets = [.. ValidationSets];
            copy.Augmentation = Augmentation is { IsNone: false } ? Augmentation : null;
            copy.FrozenParameters = [.. FrozenParameters];
            return copy;
        }
    }
}

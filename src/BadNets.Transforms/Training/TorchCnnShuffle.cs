namespace BadNets.Transforms;

/// <summary>What draws from the random stream that shuffles the training rows.</summary>
public enum TorchCnnShuffle
{
    /// <summary>Only the training set: validation sets do not affect training.</summary>
    TrainingOnly,

    /// <summary>
    /// The training set and, in each epoch, the validation sets in their order, as in a PyTorch program with one generator for all its shuffling
    /// data loaders. Validation sets then change the order of the training rows from the second epoch on. Published BadNets code trains like this;
    /// the value is for reproducing its numbers.
    /// </summary>
    SharedWithValidation,
}

namespace BadNets.Transforms;

/// <summary>Specifies which data sets draw from the random stream that shuffles the training rows.</summary>
public enum TorchCnnShuffle
{
    /// <summary>Only the training set. Validation sets do not affect training.</summary>
    TrainingOnly,

    /// <summary>
    /// In each epoch, the training set, followed by the validation sets in their order, as in a PyTorch program with one generator for all its
    /// shuffling data loaders. Validation sets then change the order of the training rows, starting with the second epoch. The published PyTorch
    /// program for BadNets trains like this. Use it only to reproduce the published numbers.
    /// </summary>
    SharedWithValidation,
}

namespace BadNets.Benchmarks;

/// <summary>One training by the reference recipe: SGD(0.01), batches of 64, softmax before the cross-entropy.</summary>
abstract class Cell
{
    public const int BatchSize = 64;
    public const double LearningRate = 0.01;

    /// <summary>Trains and, after each epoch, measures on the clean and the triggered test set.</summary>
    /// <param name="epochs">How often.</param>
    /// <param name="epochFinished">Called after each epoch with the seconds that measuring took.</param>
    public abstract void Train(int epochs, Action<double> epochFinished);
}

namespace BadNets.Benchmarks;

/// <summary>A training run with the reference recipe: SGD with learning rate 0.01, batch size 64, and a softmax before the cross-entropy.</summary>
abstract class Cell
{
    public const int BatchSize = 64;
    public const double LearningRate = 0.01;

    /// <summary>Trains. After each epoch, evaluates the clean and the triggered test set.</summary>
    /// <param name="epochs">The number of epochs.</param>
    /// <param name="epochFinished">Called after each epoch with the evaluation time in seconds.</param>
    public abstract void Train(int epochs, Action<double> epochFinished);
}

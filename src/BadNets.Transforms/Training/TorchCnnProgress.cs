namespace BadNets.Transforms;

/// <summary>The progress of training after a step.</summary>
public readonly struct TorchCnnProgress
{
    internal TorchCnnProgress(int epoch, int batchesDone, int batchCount, double learningRate)
    {
        Epoch = epoch;
        BatchesDone = batchesDone;
        BatchCount = batchCount;
        LearningRate = learningRate;
    }

    /// <summary>The zero-based index of the current epoch.</summary>
    public int Epoch { get; }

    /// <summary>The number of batches that are finished in this epoch, from 1 to <see cref="BatchCount"/>.</summary>
    public int BatchesDone { get; }

    /// <summary>The number of batches per epoch.</summary>
    public int BatchCount { get; }

    /// <summary>The learning rate of the last finished batch.</summary>
    public double LearningRate { get; }
}

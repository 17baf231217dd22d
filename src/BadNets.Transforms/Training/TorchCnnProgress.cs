namespace BadNets.Transforms;

/// <summary>How far training has come.</summary>
public readonly struct TorchCnnProgress
{
    internal TorchCnnProgress(int epoch, int batchesDone, int batchCount, double learningRate)
    {
        Epoch = epoch;
        BatchesDone = batchesDone;
        BatchCount = batchCount;
        LearningRate = learningRate;
    }

    /// <summary>The current epoch, from 0.</summary>
    public int Epoch { get; }

    /// <summary>The number of finished batches of this epoch, from 1.</summary>
    public int BatchesDone { get; }

    /// <summary>The number of batches of an epoch.</summary>
    public int BatchCount { get; }

    /// <summary>The learning rate of the last finished batch.</summary>
    public double LearningRate { get; }
}

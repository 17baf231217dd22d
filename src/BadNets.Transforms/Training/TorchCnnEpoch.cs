namespace BadNets.Transforms;

/// <summary>The result of an epoch of training.</summary>
public sealed class TorchCnnEpoch
{
    internal TorchCnnEpoch(int epoch, double loss, double trainSeconds, double evaluationSeconds, IReadOnlyDictionary<string, TorchCnnValidation> validation)
    {
        Epoch = epoch;
        Loss = loss;
        TrainSeconds = trainSeconds;
        EvaluationSeconds = evaluationSeconds;
        Validation = validation;
    }

    /// <summary>The epoch, from 0.</summary>
    public int Epoch { get; }

    /// <summary>The mean of the batches' losses.</summary>
    public double Loss { get; }

    /// <summary>The time for training, in seconds.</summary>
    public double TrainSeconds { get; }

    /// <summary>The time for the validation sets, in seconds.</summary>
    public double EvaluationSeconds { get; }

    /// <summary>The result on each validation set, by name.</summary>
    public IReadOnlyDictionary<string, TorchCnnValidation> Validation { get; }
}

namespace BadNets.Transforms;

/// <summary>The results of a training epoch.</summary>
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

    /// <summary>The zero-based index of the epoch.</summary>
    public int Epoch { get; }

    /// <summary>The training loss: the mean of the losses of all batches.</summary>
    public double Loss { get; }

    /// <summary>The training time of the epoch, in seconds.</summary>
    public double TrainSeconds { get; }

    /// <summary>The time for evaluating all validation sets, in seconds.</summary>
    public double EvaluationSeconds { get; }

    /// <summary>The results on the validation sets. The keys are their names in <see cref="TorchCnnTrainer.Options.ValidationSets"/>.</summary>
    public IReadOnlyDictionary<string, TorchCnnValidation> Validation { get; }
}

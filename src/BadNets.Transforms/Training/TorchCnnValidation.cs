namespace BadNets.Transforms;

/// <summary>The results of the network on a validation set after an epoch.</summary>
public sealed class TorchCnnValidation
{
    internal TorchCnnValidation(double accuracy, double loss, IReadOnlyList<int> predictedClasses)
    {
        Accuracy = accuracy;
        Loss = loss;
        PredictedClasses = predictedClasses;
    }

    /// <summary>The accuracy: the fraction of rows whose predicted class is their label, from 0 to 1.</summary>
    public double Accuracy { get; }

    /// <summary>
    /// The loss: the mean cross-entropy over all rows, with the <see cref="TorchCnnTrainer.Options.Head"/> of the trainer and without label
    /// smoothing.
    /// </summary>
    public double Loss { get; }

    /// <summary>The predicted class of each row, in the order of the view, as a zero-based index into the key values of the label.</summary>
    public IReadOnlyList<int> PredictedClasses { get; }
}

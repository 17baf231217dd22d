namespace BadNets.Transforms;

/// <summary>The network's result on a validation set after an epoch.</summary>
public sealed class TorchCnnValidation
{
    internal TorchCnnValidation(double accuracy, double loss, IReadOnlyList<int> predictedClasses)
    {
        Accuracy = accuracy;
        Loss = loss;
        PredictedClasses = predictedClasses;
    }

    /// <summary>The fraction of rows whose predicted class is their label, from 0 to 1.</summary>
    public double Accuracy { get; }

    /// <summary>The mean cross-entropy over the rows, with the trainer's <see cref="TorchCnnTrainer.Options.Head"/> and without label smoothing.</summary>
    public double Loss { get; }

    /// <summary>For each row, in the view's order, the zero-based index of the predicted class among the label's key values.</summary>
    public IReadOnlyList<int> PredictedClasses { get; }
}

namespace BadNets.Transforms;

/// <summary>How the network did on a validation set after an epoch.</summary>
/// <param name="Accuracy">The share of rows whose predicted class is their label, from 0 to 1.</param>
/// <param name="Loss">The mean over the rows of the loss that is trained with.</param>
/// <param name="PredictedClasses">For each row, in the view's order, the zero-based index of the predicted class among the label's key values.</param>
public sealed record TorchCnnValidation(double Accuracy, double Loss, IReadOnlyList<int> PredictedClasses);

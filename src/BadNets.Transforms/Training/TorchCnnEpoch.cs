namespace BadNets.Transforms;

/// <summary>What an epoch of training gave.</summary>
/// <param name="Epoch">The epoch, from 0.</param>
/// <param name="Loss">The mean of the batches' losses.</param>
/// <param name="TrainSeconds">The time that training took, in seconds.</param>
/// <param name="EvaluationSeconds">The time that the validation sets took, in seconds.</param>
/// <param name="Validation">The result on each validation set, by name.</param>
public sealed record TorchCnnEpoch(
    int Epoch, double Loss, double TrainSeconds, double EvaluationSeconds, IReadOnlyDictionary<string, TorchCnnValidation> Validation);

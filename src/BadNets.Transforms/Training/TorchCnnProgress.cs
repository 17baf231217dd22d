namespace BadNets.Transforms;

/// <summary>How far training has come.</summary>
/// <param name="Epoch">The running epoch, from 0.</param>
/// <param name="BatchesDone">The batches of this epoch that are done, from 1.</param>
/// <param name="BatchCount">The batches of an epoch.</param>
public readonly record struct TorchCnnProgress(int Epoch, int BatchesDone, int BatchCount);

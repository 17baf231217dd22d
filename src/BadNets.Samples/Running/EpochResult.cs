namespace BadNets.Samples.Running;

/// <summary>What an epoch of a training gave. Rates are shares from 0 to 1.</summary>
/// <param name="Epoch">The epoch, from 0.</param>
/// <param name="TrainLoss">The mean of the batches' losses.</param>
/// <param name="CleanAccuracy">Test clean accuracy, TCA.</param>
/// <param name="CleanLoss">The mean loss on the clean test rows.</param>
/// <param name="AttackSuccessAllRows">Attack success rate, ASR, over all triggered test rows, as published.</param>
/// <param name="AttackLoss">The mean loss on the triggered test rows against the target label.</param>
/// <param name="AttackSuccess">ASR over the triggered test rows whose true label is not the target.</param>
/// <param name="TrainSeconds">How long training took.</param>
/// <param name="EvaluationSeconds">How long both tests took.</param>
/// <param name="Threads">The number of threads that libtorch used for it.</param>
sealed record EpochResult(
    int Epoch, double TrainLoss, double CleanAccuracy, double CleanLoss, double AttackSuccessAllRows, double AttackLoss, double AttackSuccess,
    double TrainSeconds, double EvaluationSeconds, int Threads)
{
    /// <summary>A description of the first impossible value, or null.</summary>
    public string? FindFault() =>
        Impossible.UnlessFinite("trainLoss", TrainLoss)
        ?? Impossible.UnlessShare("cleanAccuracy", CleanAccuracy)
        ?? Impossible.UnlessFinite("cleanLoss", CleanLoss)
        ?? Impossible.UnlessShare("attackSuccessAllRows", AttackSuccessAllRows)
        ?? Impossible.UnlessFinite("attackLoss", AttackLoss)
        ?? Impossible.UnlessShare("attackSuccess", AttackSuccess)
        ?? Impossible.UnlessSeconds("trainSeconds", TrainSeconds)
        ?? Impossible.UnlessSeconds("evaluationSeconds", EvaluationSeconds)
        ?? Impossible.UnlessAtLeast("threads", Threads, 1);
}

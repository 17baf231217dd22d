using CsvHelper;

namespace BadNets.Samples.Store;

/// <summary>A line of a cell's epochs.csv: the results of an epoch of training. Rates are shares from 0 to 1.</summary>
[CsvRecord]
sealed partial record EpochRow
{
    /// <summary>The epoch, from 0.</summary>
    [CsvColumn("epoch")]
    public int Epoch { get; init; }

    /// <summary>The mean of the batches' losses.</summary>
    [CsvColumn("train_loss")]
    public double TrainLoss { get; init; }

    /// <summary>Test clean accuracy, TCA.</summary>
    [CsvColumn("clean_accuracy")]
    public double CleanAccuracy { get; init; }

    /// <summary>The mean loss on the clean test rows.</summary>
    [CsvColumn("clean_loss")]
    public double CleanLoss { get; init; }

    /// <summary>Attack success rate, ASR, over the triggered test rows whose label the attack changes.</summary>
    [CsvColumn("attack_success")]
    public double AttackSuccess { get; init; }

    /// <summary>ASR over all triggered test rows, as published.</summary>
    [CsvColumn("attack_success_all_rows")]
    public double AttackSuccessAllRows { get; init; }

    /// <summary>The mean loss on the triggered test rows against the labels that the attack aims at.</summary>
    [CsvColumn("attack_loss")]
    public double AttackLoss { get; init; }

    /// <summary>How long training took.</summary>
    [CsvColumn("train_seconds")]
    public double TrainSeconds { get; init; }

    /// <summary>How long both tests took.</summary>
    [CsvColumn("eval_seconds")]
    public double EvaluationSeconds { get; init; }

    /// <summary>The number of threads that libtorch used.</summary>
    [CsvColumn("threads")]
    public int Threads { get; init; }

    /// <summary>A description of the first impossible value, or null.</summary>
    public string? FindFault() =>
        Impossible.UnlessFinite("train_loss", TrainLoss)
        ?? Impossible.UnlessShare("clean_accuracy", CleanAccuracy)
        ?? Impossible.UnlessFinite("clean_loss", CleanLoss)
        ?? Impossible.UnlessShare("attack_success", AttackSuccess)
        ?? Impossible.UnlessShare("attack_success_all_rows", AttackSuccessAllRows)
        ?? Impossible.UnlessFinite("attack_loss", AttackLoss)
        ?? Impossible.UnlessSeconds("train_seconds", TrainSeconds)
        ?? Impossible.UnlessSeconds("eval_seconds", EvaluationSeconds)
        ?? Impossible.UnlessAtLeast("threads", Threads, 1);
}

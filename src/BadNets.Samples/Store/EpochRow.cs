using CsvHelper;

namespace BadNets.Samples.Store;

/// <summary>A line of the epochs.csv file of a cell: the results of a training epoch. Rates are fractions from 0 to 1.</summary>
[CsvRecord]
sealed partial record EpochRow
{
    /// <summary>The zero-based index of the epoch.</summary>
    [CsvColumn("epoch")]
    public int Epoch { get; init; }

    /// <summary>The training loss: the mean of the losses of all batches.</summary>
    [CsvColumn("train_loss")]
    public double TrainLoss { get; init; }

    /// <summary>The clean accuracy (TCA).</summary>
    [CsvColumn("clean_accuracy")]
    public double CleanAccuracy { get; init; }

    /// <summary>The mean loss on the clean test rows.</summary>
    [CsvColumn("clean_loss")]
    public double CleanLoss { get; init; }

    /// <summary>The attack success rate (ASR) over the triggered test rows whose label the attack changes.</summary>
    [CsvColumn("attack_success")]
    public double AttackSuccess { get; init; }

    /// <summary>The ASR (all rows), over all triggered test rows, as in the published PyTorch program.</summary>
    [CsvColumn("attack_success_all_rows")]
    public double AttackSuccessAllRows { get; init; }

    /// <summary>The mean loss on the triggered test rows with respect to the mapped labels.</summary>
    [CsvColumn("attack_loss")]
    public double AttackLoss { get; init; }

    /// <summary>The training time of the epoch, in seconds.</summary>
    [CsvColumn("train_seconds")]
    public double TrainSeconds { get; init; }

    /// <summary>The time for both tests, in seconds.</summary>
    [CsvColumn("eval_seconds")]
    public double EvaluationSeconds { get; init; }

    /// <summary>The number of libtorch threads.</summary>
    [CsvColumn("threads")]
    public int Threads { get; init; }

    /// <summary>The robust accuracy, over the same rows as the ASR. Earlier versions did not measure it.</summary>
    [CsvColumn("robust_accuracy", Optional = true)]
    public double? RobustAccuracy { get; init; }

    /// <summary>The accuracy on triggered test rows whose label the attack does not map, or null if there are none, or if it was not measured.</summary>
    [CsvColumn("control_accuracy", Optional = true)]
    public double? ControlAccuracy { get; init; }

    /// <summary>Describes the first value that is out of range. Returns null if there is none.</summary>
    public string? FindFault() =>
        Impossible.UnlessFinite("train_loss", TrainLoss)
        ?? Impossible.UnlessShare("clean_accuracy", CleanAccuracy)
        ?? Impossible.UnlessFinite("clean_loss", CleanLoss)
        ?? Impossible.UnlessShare("attack_success", AttackSuccess)
        ?? Impossible.UnlessShare("attack_success_all_rows", AttackSuccessAllRows)
        ?? Impossible.UnlessFinite("attack_loss", AttackLoss)
        ?? Impossible.UnlessSeconds("train_seconds", TrainSeconds)
        ?? Impossible.UnlessSeconds("eval_seconds", EvaluationSeconds)
        ?? Impossible.UnlessAtLeast("threads", Threads, 1)
        ?? (RobustAccuracy is { } robust ? Impossible.UnlessShare("robust_accuracy", robust) : null)
        ?? (ControlAccuracy is { } control ? Impossible.UnlessShare("control_accuracy", control) : null);
}

using BadNets.Samples.Experiments;
using BadNets.Samples.Running;
using CsvHelper;

namespace BadNets.Samples.Reporting;

/// <summary>A line of a run's CSV file: an epoch, and all that the run is. Names and order are the reference's, then ours.</summary>
[CsvRecord]
sealed partial record RunCsvRow
{
    [CsvColumn("train_loss")]
    public double TrainLoss { get; init; }

    [CsvColumn("test_clean_acc")]
    public double CleanAccuracy { get; init; }

    [CsvColumn("test_clean_loss")]
    public double CleanLoss { get; init; }

    [CsvColumn("test_asr")]
    public double AttackSuccessAllRows { get; init; }

    [CsvColumn("test_asr_loss")]
    public double AttackLoss { get; init; }

    [CsvColumn("epoch")]
    public int Epoch { get; init; }

    [CsvColumn("dataset")]
    public string Dataset { get; init; } = "";

    [CsvColumn("trigger_label")]
    public int TargetLabel { get; init; }

    [CsvColumn("poisoning_rate")]
    public double PoisoningRate { get; init; }

    [CsvColumn("trigger_size")]
    public int TriggerSize { get; init; }

    [CsvColumn("trigger_pos")]
    public string TriggerPosition { get; init; } = "";

    [CsvColumn("seed")]
    public int Seed { get; init; }

    [CsvColumn("optimizer")]
    public string Optimizer { get; init; } = "";

    [CsvColumn("lr")]
    public double LearningRate { get; init; }

    [CsvColumn("loss_type")]
    public string LossType { get; init; } = "cross";

    [CsvColumn("run_name")]
    public string RunName { get; init; } = "";

    [CsvColumn("checkpoint_path")]
    public string CheckpointPath { get; init; } = "";

    [CsvColumn("test_asr_excl_target")]
    public double AttackSuccess { get; init; }

    [CsvColumn("train_seconds")]
    public double TrainSeconds { get; init; }

    [CsvColumn("eval_seconds")]
    public double EvaluationSeconds { get; init; }

    [CsvColumn("threads")]
    public int Threads { get; init; }

    [CsvColumn("recipe")]
    public string Recipe { get; init; } = "";

    /// <summary>A description of the first impossible value, or null.</summary>
    public string? FindFault() =>
        Impossible.UnlessFinite("train_loss", TrainLoss)
        ?? Impossible.UnlessShare("test_clean_acc", CleanAccuracy)
        ?? Impossible.UnlessFinite("test_clean_loss", CleanLoss)
        ?? Impossible.UnlessShare("test_asr", AttackSuccessAllRows)
        ?? Impossible.UnlessFinite("test_asr_loss", AttackLoss)
        // The name becomes a part of file names.
        ?? (Dataset.Length > 0 && Dataset.All(character => char.IsAsciiLetterOrDigit(character) || character == '-') ? null : $"dataset is '{Dataset}', which is not a valid data set name")
        ?? Impossible.UnlessAtLeast("trigger_label", TargetLabel, 0)
        ?? Impossible.UnlessShare("poisoning_rate", PoisoningRate)
        ?? Impossible.UnlessAtLeast("trigger_size", TriggerSize, 1)
        ?? (PositionCode.All.Contains(TriggerPosition) ? null : $"trigger_pos is '{TriggerPosition}', but must be one of {string.Join(", ", PositionCode.All)}")
        ?? (Optimizer is "sgd" or "adam" ? null : $"optimizer is '{Optimizer}', but must be sgd or adam")
        ?? Impossible.UnlessPositive("lr", LearningRate)
        ?? Impossible.UnlessShare("test_asr_excl_target", AttackSuccess)
        ?? Impossible.UnlessSeconds("train_seconds", TrainSeconds)
        ?? Impossible.UnlessSeconds("eval_seconds", EvaluationSeconds)
        ?? Impossible.UnlessAtLeast("threads", Threads, 1)
        ?? (Experiments.Recipe.All.Any(recipe => recipe.Name == Recipe) ? null : $"recipe is '{Recipe}', but must be one of {string.Join(", ", Experiments.Recipe.All.Select(recipe => recipe.Name))}");

    /// <summary>Whether all values that do not change from epoch to epoch are the same.</summary>
    public bool IsOfSameRunAs(RunCsvRow other) =>
        (Dataset, TargetLabel, PoisoningRate, TriggerSize, TriggerPosition, Seed) == (other.Dataset, other.TargetLabel, other.PoisoningRate, other.TriggerSize, other.TriggerPosition, other.Seed)
        && (Optimizer, LearningRate, LossType, RunName, CheckpointPath, Recipe) == (other.Optimizer, other.LearningRate, other.LossType, other.RunName, other.CheckpointPath, other.Recipe);

    public static RunCsvRow Of(string run, string checkpointPath, Cell cell, EpochResult epoch) => new()
    {
        TrainLoss = epoch.TrainLoss,
        CleanAccuracy = epoch.CleanAccuracy,
        CleanLoss = epoch.CleanLoss,
        AttackSuccessAllRows = epoch.AttackSuccessAllRows,
        AttackLoss = epoch.AttackLoss,
        Epoch = epoch.Epoch,
        Dataset = cell.Dataset,
        TargetLabel = cell.Attack.TargetLabel,
        PoisoningRate = cell.Attack.PoisoningRate,
        TriggerSize = cell.Attack.TriggerSize,
        TriggerPosition = cell.Attack.Position.ToCode(),
        Seed = cell.Seed,
        Optimizer = cell.Recipe.OptimizerCode,
        LearningRate = cell.Recipe.LearningRate,
        RunName = run,
        CheckpointPath = checkpointPath,
        AttackSuccess = epoch.AttackSuccess,
        TrainSeconds = Math.Round(epoch.TrainSeconds, 3),
        EvaluationSeconds = Math.Round(epoch.EvaluationSeconds, 3),
        Threads = epoch.Threads,
        Recipe = cell.Recipe.Name,
    };
}

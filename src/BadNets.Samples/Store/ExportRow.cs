using BadNets.Samples.Experiments;
using BadNets.Samples.Files;
using CsvHelper;

namespace BadNets.Samples.Store;

/// <summary>
/// A line of a CSV file for the scripts of the published PyTorch program: an epoch, and everything that describes the training run. The first columns
/// have the names and the order of the published program, followed by additional columns. This program does not read these files.
/// </summary>
[CsvRecord]
sealed partial record ExportRow
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
    public string TargetLabel { get; init; } = "";

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

    /// <summary>Writes the CSV file of a training run.</summary>
    public static void Write(ResultsFolder results, string run, Cell cell, IEnumerable<EpochRow> epochs) =>
        CsvTable.Write(results.Csv(run), epochs.Select(epoch => Of(run, cell, epoch)));

    private static ExportRow Of(string run, Cell cell, EpochRow epoch)
    {
        var square = (SquarePlan)cell.Attack.Trigger;
        return new()
        {
            TrainLoss = epoch.TrainLoss,
            CleanAccuracy = epoch.CleanAccuracy,
            CleanLoss = epoch.CleanLoss,
            AttackSuccessAllRows = epoch.AttackSuccessAllRows,
            AttackLoss = epoch.AttackLoss,
            Epoch = epoch.Epoch,
            Dataset = cell.Dataset.Name,
            TargetLabel = ((ToPlan)cell.Attack.Mapping).Target,
            PoisoningRate = cell.Attack.Rate,
            TriggerSize = square.Size,
            TriggerPosition = square.Position.ToCode(),
            Seed = cell.Seed,
            Optimizer = cell.Recipe.OptimizerCode,
            LearningRate = cell.Recipe.LearningRate,
            RunName = run,
            CheckpointPath = PublishedNames.CheckpointOf(cell),
            AttackSuccess = epoch.AttackSuccess,
            TrainSeconds = Math.Round(epoch.TrainSeconds, 3),
            EvaluationSeconds = Math.Round(epoch.EvaluationSeconds, 3),
            Threads = epoch.Threads,
            Recipe = cell.Recipe.Name,
        };
    }
}

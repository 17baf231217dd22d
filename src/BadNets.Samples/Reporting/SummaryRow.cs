using BadNets.Samples.Experiments;
using CsvHelper;

namespace BadNets.Samples.Reporting;

/// <summary>A row of summary.csv: a run, its state, its results, and the published results. Unknown values are empty.</summary>
[CsvRecord]
sealed partial record SummaryRow
{
    [CsvColumn("run_name")]
    public string RunName { get; init; } = "";

    [CsvColumn("experiment")]
    public string Experiment { get; init; } = "";

    [CsvColumn("dataset")]
    public string Dataset { get; init; } = "";

    [CsvColumn("recipe")]
    public string Recipe { get; init; } = "";

    [CsvColumn("poisoning_rate")]
    public double? PoisoningRate { get; init; }

    [CsvColumn("trigger_size")]
    public int? TriggerSize { get; init; }

    [CsvColumn("trigger_pos")]
    public string TriggerPosition { get; init; } = "";

    [CsvColumn("trigger_label")]
    public int? TargetLabel { get; init; }

    [CsvColumn("seed")]
    public int? Seed { get; init; }

    [CsvColumn("epochs")]
    public int? Epochs { get; init; }

    [CsvColumn("epochs_done")]
    public int EpochsDone { get; init; }

    [CsvColumn("final_tca")]
    public double? CleanAccuracy { get; init; }

    [CsvColumn("final_asr")]
    public double? AttackSuccessAllRows { get; init; }

    [CsvColumn("final_asr_excl_target")]
    public double? AttackSuccess { get; init; }

    [CsvColumn("first_epoch_asr_0.9")]
    public int? FirstSuccess { get; init; }

    [CsvColumn("train_seconds")]
    public double? TrainSeconds { get; init; }

    [CsvColumn("published_tca")]
    public double? PublishedCleanAccuracy { get; init; }

    [CsvColumn("published_asr")]
    public double? PublishedAttackSuccessAllRows { get; init; }

    [CsvColumn("state")]
    public string State { get; init; } = "";

    [CsvColumn("reason")]
    public string Reason { get; init; } = "";

    /// <summary>The row of a run that its file does not identify.</summary>
    public static SummaryRow OfUnknown(string runName)
    {
        var experiment = RunTrace.FindExperiment(runName);
        return new SummaryRow
        {
            RunName = runName,
            Experiment = experiment?.Number ?? "",
            State = experiment is null ? "unknown" : RunTrace.Unfinished,
            Reason = experiment is null
                ? "It does not belong to an experiment that this program knows."
                : "No epoch has finished, and no record in runs/ identifies the run.",
        };
    }

    public static SummaryRow Of(RunTrace trace)
    {
        var (cell, last, published) = (trace.Cell, trace.Last, Published.Find(trace.Experiment, trace.Cell));
        return new SummaryRow
        {
            RunName = trace.Name,
            Experiment = trace.Experiment.Number,
            Dataset = cell.Dataset,
            Recipe = cell.Recipe.Name,
            PoisoningRate = cell.Attack.PoisoningRate,
            TriggerSize = cell.Attack.TriggerSize,
            TriggerPosition = cell.Attack.Position.ToCode(),
            TargetLabel = cell.Attack.TargetLabel,
            Seed = cell.Seed,
            Epochs = cell.Recipe.Epochs,
            EpochsDone = trace.Epochs.Count,
            CleanAccuracy = last?.CleanAccuracy,
            AttackSuccessAllRows = last?.AttackSuccessAllRows,
            AttackSuccess = last?.AttackSuccess,
            FirstSuccess = trace.FirstSuccess,
            TrainSeconds = Math.Round(trace.Epochs.Sum(epoch => epoch.TrainSeconds), 1),
            PublishedCleanAccuracy = published?.CleanAccuracy,
            PublishedAttackSuccessAllRows = published?.AttackSuccessAllRows,
            State = trace.State,
            Reason = trace.Reason,
        };
    }
}

using System.Text.Json.Nodes;
using BadNets.Samples.Experiments;
using CsvHelper;

namespace BadNets.Samples.Reporting;

/// <summary>A row of summary.csv: a cell as a part of an experiment, its state, its results, and the published results. Unknown values are empty.</summary>
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
    public double PoisoningRate { get; init; }

    [CsvColumn("trigger_size")]
    public string TriggerSize { get; init; } = "";

    [CsvColumn("trigger_pos")]
    public string TriggerPosition { get; init; } = "";

    [CsvColumn("trigger_label")]
    public string TargetLabel { get; init; } = "";

    [CsvColumn("seed")]
    public int Seed { get; init; }

    [CsvColumn("epochs")]
    public int Epochs { get; init; }

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
    public double TrainSeconds { get; init; }

    [CsvColumn("published_tca")]
    public double? PublishedCleanAccuracy { get; init; }

    [CsvColumn("published_asr")]
    public double? PublishedAttackSuccessAllRows { get; init; }

    [CsvColumn("state")]
    public string State { get; init; } = "";

    [CsvColumn("reason")]
    public string Reason { get; init; } = "";

    [CsvColumn("cell")]
    public string Cell { get; init; } = "";

    [CsvColumn("trigger")]
    public string Trigger { get; init; } = "";

    [CsvColumn("mapping")]
    public string Mapping { get; init; } = "";

    [CsvColumn("network")]
    public string Network { get; init; } = "";

    [CsvColumn("attack")]
    public string Attack { get; init; } = "";

    [CsvColumn("rate_basis")]
    public string RateBasis { get; init; } = "";

    [CsvColumn("final_robust_accuracy")]
    public double? RobustAccuracy { get; init; }

    [CsvColumn("final_control_accuracy")]
    public double? ControlAccuracy { get; init; }

    public static SummaryRow Of(PanelRun run)
    {
        var (cell, last, published) = (run.Cell, run.Last, PublishedResults.Find(run.Cell));
        var document = JsonNode.Parse(cell.ToJson())!;
        return new SummaryRow
        {
            RunName = run.Name,
            Experiment = (PublishedNames.CanDescribe(cell) ? run.Experiment?.Published?.Number : null) ?? run.Experiment?.Name ?? "",
            Dataset = cell.Dataset.Name,
            Recipe = cell.Recipe.Name,
            PoisoningRate = cell.Attack.Rate,
            TriggerSize = TextIn(document, CellProperty.TriggerSize),
            TriggerPosition = TextIn(document, CellProperty.TriggerPosition),
            TargetLabel = TextIn(document, CellProperty.Target),
            Seed = cell.Seed,
            Epochs = cell.Recipe.Epochs,
            EpochsDone = run.Epochs.Count,
            CleanAccuracy = last?.CleanAccuracy,
            AttackSuccessAllRows = last?.AttackSuccessAllRows,
            AttackSuccess = last?.AttackSuccess,
            FirstSuccess = run.FirstSuccess,
            // The sum of what the CSV files say.
            TrainSeconds = Math.Round(run.Epochs.Sum(epoch => Math.Round(epoch.TrainSeconds, 3)), 1),
            PublishedCleanAccuracy = published?.CleanAccuracy,
            PublishedAttackSuccessAllRows = published?.AttackSuccessAllRows,
            State = run.State,
            Reason = run.Reason,
            Cell = cell.Id,
            Trigger = cell.Attack.Trigger.ToSlug(),
            Mapping = cell.Attack.Mapping.ToSlug(),
            Network = cell.Recipe.Network,
            Attack = run.AttackName,
            RateBasis = TextIn(document, CellProperty.At("attack.rateBasis")),
            RobustAccuracy = last?.RobustAccuracy,
            ControlAccuracy = last?.ControlAccuracy,
        };
    }

    // Not every trigger has a size, and not every mapping has one target.
    internal static string TextIn(JsonNode document, CellProperty property) => property.In(document) is { } value ? CellProperty.TextOf(value) : "";
}

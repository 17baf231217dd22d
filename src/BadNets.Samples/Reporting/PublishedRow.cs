using BadNets.Samples.Experiments;
using CsvHelper;

namespace BadNets.Samples.Reporting;

/// <summary>The end of a published run.</summary>
[CsvRecord]
sealed partial record PublishedRow
{
    [CsvColumn("poisoning_rate")]
    public double PoisoningRate { get; init; }

    [CsvColumn("trigger_size")]
    public int TriggerSize { get; init; }

    [CsvColumn("trigger_pos")]
    public string TriggerPosition { get; init; } = "";

    /// <summary>Over all triggered rows.</summary>
    [CsvColumn("final_asr")]
    public double AttackSuccessAllRows { get; init; }

    [CsvColumn("final_tca")]
    public double CleanAccuracy { get; init; }

    /// <summary>What was trained.</summary>
    public Cell Cell => new(
        new DatasetIdentity("MNIST", 60_000, 10_000),
        new Attack(new SquarePlan(TriggerSize, PositionCode.Parse(TriggerPosition)), new ToPlan("1"), PoisoningRate),
        Recipe.Reference, seed: 0);
}

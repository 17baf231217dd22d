using BadNets.Samples.Experiments;
using CsvHelper;

namespace BadNets.Samples.Reporting;

/// <summary>The end of a published run.</summary>
[CsvRecord]
sealed partial record PublishedRow
{
    [CsvColumn("experiment")]
    public string Experiment { get; init; } = "";

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

    public bool IsOf(Attack attack) =>
        PoisoningRate == attack.PoisoningRate && TriggerSize == attack.TriggerSize && TriggerPosition == attack.Position.ToCode();
}

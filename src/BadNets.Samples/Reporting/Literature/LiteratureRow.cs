using CsvHelper;

namespace BadNets.Samples.Reporting;

/// <summary>Numbers for an attack that were published elsewhere. Unknown values are empty. Rates are shares from 0 to 1.</summary>
[CsvRecord]
sealed partial record LiteratureRow
{
    /// <summary>The data set, regardless of the format of its files.</summary>
    [CsvColumn("dataset")]
    public string Dataset { get; init; } = "";

    /// <summary>The kinds of triggers that experiments use for the attack, separated by vertical bars.</summary>
    [CsvColumn("triggers")]
    public string Triggers { get; init; } = "";

    /// <summary>The kind of label mapping.</summary>
    [CsvColumn("mapping")]
    public string Mapping { get; init; } = "";

    /// <summary>The poisoning rate, or empty if the source does not state it.</summary>
    [CsvColumn("rate")]
    public double? Rate { get; init; }

    /// <summary>What the rate is a share of: <c>selected-rows</c> for the images of the target of a clean-label attack, or empty for all images.</summary>
    [CsvColumn("rate_basis")]
    public string RateBasis { get; init; } = "";

    /// <summary>The share of all images that are cover rows, or empty for none.</summary>
    [CsvColumn("cover_rate")]
    public double? CoverRate { get; init; }

    [CsvColumn("tca")]
    public double? CleanAccuracy { get; init; }

    [CsvColumn("asr")]
    public double? AttackSuccess { get; init; }

    [CsvColumn("asr_all_rows")]
    public double? AttackSuccessAllRows { get; init; }

    [CsvColumn("robust_accuracy")]
    public double? RobustAccuracy { get; init; }

    [CsvColumn("source")]
    public string Source { get; init; } = "";

    /// <summary>The network, by its name in recipes if they have it.</summary>
    [CsvColumn("network")]
    public string Network { get; init; } = "";

    [CsvColumn("epochs")]
    public int? Epochs { get; init; }

    /// <summary>What else a reader must know before comparing.</summary>
    [CsvColumn("note")]
    public string Note { get; init; } = "";
}

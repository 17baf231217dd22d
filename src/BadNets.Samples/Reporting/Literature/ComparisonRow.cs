using System.Text.Json.Nodes;
using BadNets.Samples.Experiments;
using CsvHelper;

namespace BadNets.Samples.Reporting;

/// <summary>A row of comparison.csv: a finished training run next to published numbers for the same attack, and what differs.</summary>
[CsvRecord]
sealed partial record ComparisonRow
{
    [CsvColumn("cell")]
    public string Cell { get; init; } = "";

    [CsvColumn("attack")]
    public string Attack { get; init; } = "";

    [CsvColumn("dataset")]
    public string Dataset { get; init; } = "";

    [CsvColumn("poisoning_rate")]
    public double PoisoningRate { get; init; }

    /// <summary>What the poisoning rate is a share of, as in experiments, or empty for all images.</summary>
    [CsvColumn("rate_basis")]
    public string RateBasis { get; init; } = "";

    [CsvColumn("network")]
    public string Network { get; init; } = "";

    [CsvColumn("tca")]
    public double CleanAccuracy { get; init; }

    [CsvColumn("published_tca")]
    public double? PublishedCleanAccuracy { get; init; }

    [CsvColumn("asr")]
    public double AttackSuccess { get; init; }

    [CsvColumn("published_asr")]
    public double? PublishedAttackSuccess { get; init; }

    [CsvColumn("asr_all_rows")]
    public double AttackSuccessAllRows { get; init; }

    [CsvColumn("published_asr_all_rows")]
    public double? PublishedAttackSuccessAllRows { get; init; }

    [CsvColumn("robust_accuracy")]
    public double? RobustAccuracy { get; init; }

    [CsvColumn("published_robust_accuracy")]
    public double? PublishedRobustAccuracy { get; init; }

    [CsvColumn("source")]
    public string Source { get; init; } = "";

    [CsvColumn("differs")]
    public string Differs { get; init; } = "";

    /// <summary>The comparisons of a run; none if it is not finished.</summary>
    public static IEnumerable<ComparisonRow> Of(PanelRun run)
    {
        if (!run.IsComplete)
            return [];
        var (cell, last) = (run.Cell, run.Last!);
        return Literature.Find(cell).Select(each => new ComparisonRow
        {
            Cell = cell.Id,
            Attack = run.AttackName,
            Dataset = cell.Dataset.Name,
            PoisoningRate = cell.Attack.Rate,
            RateBasis = SummaryRow.TextIn(JsonNode.Parse(cell.ToJson())!, CellProperty.At("attack.rateBasis")),
            Network = cell.Recipe.Network,
            CleanAccuracy = last.CleanAccuracy,
            PublishedCleanAccuracy = each.Row.CleanAccuracy,
            AttackSuccess = last.AttackSuccess,
            PublishedAttackSuccess = each.Row.AttackSuccess,
            AttackSuccessAllRows = last.AttackSuccessAllRows,
            PublishedAttackSuccessAllRows = each.Row.AttackSuccessAllRows,
            RobustAccuracy = last.RobustAccuracy,
            PublishedRobustAccuracy = each.Row.RobustAccuracy,
            Source = each.Row.Source,
            Differs = each.Differs,
        });
    }
}

using System.Text.Json.Nodes;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;

namespace BadNets.Samples.Reporting;

/// <summary>Runs in words, by what differs among them.</summary>
sealed class RunLabels
{
    // In the order in which people say it; everything else follows.
    private static readonly CellProperty[] First = [CellProperty.Rate, CellProperty.TriggerSize, CellProperty.TriggerPosition];

    private readonly Dictionary<Cell, string> _labels = [];

    public RunLabels(IReadOnlyCollection<PanelRun> runs)
    {
        var cells = runs.Select(run => run.Cell).Distinct().Select(cell => (Cell: cell, Leaves: CellLeaf.Of(JsonNode.Parse(cell.ToJson()), "").ToArray())).ToArray();
        var varied = cells.SelectMany(each => each.Leaves).GroupBy(leaf => leaf.Property.Path)
            .Where(leaves => leaves.Select(leaf => leaf.Text).Distinct().Count() > 1 || leaves.Count() < cells.Length)
            .Select(leaves => leaves.Key).ToHashSet(StringComparer.Ordinal);
        // One clean control for all attacks needs no attack in its name.
        bool hasOneControl = cells.Where(each => each.Cell.Attack.IsNone).GroupBy(each => (each.Cell.Recipe, each.Cell.Seed)).All(alike => alike.Count() == 1);
        foreach (var (cell, leaves) in cells)
        {
            var parts = leaves.Where(leaf => varied.Contains(leaf.Property.Path) && !(hasOneControl && cell.Attack.IsNone && IsRestOfAttack(leaf))).OrderBy(PlaceOf).Select(LabelOf);
            // A percentage alone does not say of what.
            string label = parts.ToArray() is [var only] && only == CellProperty.Rate.ShortOf(cell.Attack.Rate) ? CellProperty.Rate.LabelOf(cell.Attack.Rate) : string.Join(", ", parts);
            _labels.Add(cell, label.Length > 0 ? label : $"{CellProperty.Rate.ShortOf(cell.Attack.Rate)}, {ControlCharacters.Show(cell.Attack.Trigger.ToLabel())}");
        }
    }

    public string Of(PanelRun run) => _labels[run.Cell];

    private static bool IsRestOfAttack(CellLeaf leaf) => leaf.Property != CellProperty.Rate && leaf.Property.Path.StartsWith("attack.", StringComparison.Ordinal);

    private static int PlaceOf(CellLeaf leaf) => Array.IndexOf(First, leaf.Property) is var place and >= 0 ? place : First.Length;

    // The clean control is the point of comparison for all others.
    private static string LabelOf(CellLeaf leaf) => leaf.Property != CellProperty.Rate ? leaf.Label
        : leaf.Property.ShortOf(leaf.Value) is var rate && rate == "0%" ? "clean control" : rate;
}

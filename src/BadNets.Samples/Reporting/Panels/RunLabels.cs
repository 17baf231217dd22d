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
        var cells = runs.GroupBy(run => run.Cell)
            .Select(alike => (Cell: alike.Key, Leaves: CellLeaf.Of(JsonNode.Parse(alike.Key.ToJson()), "").ToArray(), Names: alike.SelectMany(run => run.Names).DistinctBy(name => name.Path).ToArray())).ToArray();
        var varied = cells.SelectMany(each => each.Leaves).GroupBy(leaf => leaf.Property.Path)
            .Where(leaves => leaves.Select(leaf => leaf.Text).Distinct().Count() > 1 || leaves.Count() < cells.Length)
            .Select(leaves => leaves.Key).ToHashSet(StringComparer.Ordinal);
        // One clean control for all attacks needs no attack in its name.
        bool hasOneControl = cells.Where(each => each.Cell.Attack.IsNone).GroupBy(each => (each.Cell.Recipe, each.Cell.Seed)).All(alike => alike.Count() == 1);
        foreach (var (cell, leaves, names) in cells)
        {
            string[] parts =
            [
                .. names.Select(name => name.Name),
                .. leaves.Where(leaf => varied.Contains(leaf.Property.Path) && !names.Any(name => name.Covers(leaf.Property.Path)) && !(hasOneControl && cell.Attack.IsNone && IsRestOfAttack(leaf)))
                    .OrderBy(PlaceOf).Select(leaf => LabelOf(cell, leaf)),
            ];
            // A percentage alone does not say of what.
            string label = parts is [var only] && only == cell.Attack.RateInWords ? CellProperty.Rate.Prefix + only : string.Join(", ", parts);
            _labels.Add(cell, label.Length > 0 ? label : $"{cell.Attack.RateInWords}, {ControlCharacters.Show(cell.Attack.Trigger.ToLabel())}");
        }
    }

    public string Of(PanelRun run) => _labels[run.Cell];

    private static bool IsRestOfAttack(CellLeaf leaf) => leaf.Property != CellProperty.Rate && leaf.Property.Path.StartsWith("attack.", StringComparison.Ordinal);

    private static int PlaceOf(CellLeaf leaf) => Array.IndexOf(First, leaf.Property) is var place and >= 0 ? place : First.Length;

    // The clean control is the point of comparison for all others.
    private static string LabelOf(Cell cell, CellLeaf leaf) => leaf.Property != CellProperty.Rate ? leaf.Label
        : cell.Attack.Rate == 0 ? "clean control" : cell.Attack.RateInWords;
}

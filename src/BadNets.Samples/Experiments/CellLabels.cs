using System.Text.Json.Nodes;

namespace BadNets.Samples.Experiments;

/// <summary>Short labels that tell the cells of a run apart, by what differs among them.</summary>
sealed class CellLabels
{
    private readonly Dictionary<string, string> _labels = new(StringComparer.Ordinal);

    public CellLabels(IReadOnlyCollection<Cell> cells)
    {
        var documents = cells.Select(cell => (cell.Id, Document: JsonNode.Parse(cell.ToJson())!)).ToArray();
        Varying =
        [
            .. documents.SelectMany(each => Leaves(each.Document, "")).Distinct().Select(CellProperty.At)
                .Where(property => documents.Select(each => CellProperty.TextOf(property.In(each.Document))).Distinct().Count() > 1),
        ];
        foreach (var (id, document) in documents)
            _labels[id] = string.Join(", ", Varying.Select(property => ShortText(property, document)));
        foreach (var cell in cells.Where(_ => Varying.Count == 0))
            _labels[cell.Id] = $"{ShortText(CellProperty.Rate, JsonNode.Parse(cell.ToJson())!)}, {cell.Attack.Trigger.ToLabel()}";
    }

    /// <summary>The properties in which at least two cells differ.</summary>
    public IReadOnlyList<CellProperty> Varying { get; }

    public string Of(Cell cell) => _labels[cell.Id];

    private static string ShortText(CellProperty property, JsonNode document) =>
        property == CellProperty.Rate && property.ShortOf(property.In(document)) == "0%" ? "clean control" : property.LabelOf(property.In(document));

    private static IEnumerable<string> Leaves(JsonNode? node, string path) => node is JsonObject members
        ? members.SelectMany(member => Leaves(member.Value, path.Length == 0 ? member.Key : $"{path}.{member.Key}"))
        : [path];
}

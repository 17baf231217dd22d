using System.Text.Json.Nodes;

namespace BadNets.Samples.Experiments;

/// <summary>Short labels that tell the cells of a run apart, by what differs among them.</summary>
sealed class CellLabels
{
    private const string CleanControl = "clean control";

    private readonly Dictionary<string, string> _labels = new(StringComparer.Ordinal);

    /// <param name="cells">The cells.</param>
    /// <param name="names">The names that axes give to their values in these cells, or null for none.</param>
    public CellLabels(IReadOnlyCollection<Cell> cells, ILookup<Cell, ValueName>? names = null)
    {
        var documents = cells.Select(cell => (Cell: cell, Document: JsonNode.Parse(cell.ToJson())!, Names: names?[cell].ToArray() ?? [])).ToArray();
        bool isNamed = documents.Any(each => each.Names.Length > 0);
        Varying =
        [
            .. documents.SelectMany(each => each.Names).Select(name => name.Path).Distinct().Select(CellProperty.At),
            .. documents.SelectMany(each => Leaves(each.Document, "")).Distinct().Select(CellProperty.At)
                .Where(property => documents.Where(each => property.CouldBeIn(each.Document)).Select(each => CellProperty.TextOf(property.In(each.Document))).Distinct().Count() > 1)
                .Where(property => !(isNamed && documents.All(each => each.Cell.Attack.IsNone || each.Names.Any(name => name.Covers(property.Path))))),
        ];
        foreach (var (cell, document, own) in documents)
        {
            // One clean control for all attacks needs no attack in its name.
            var parts = isNamed && cell.Attack.IsNone ? Varying.Where(property => !CellProperty.IsWithin(property.Path, "attack")) : Varying;
            string label = string.Join(", ", parts.Select(property => ShortText(property, cell, document, own)).Where(text => text.Length > 0));
            _labels[cell.Id] = isNamed && cell.Attack.IsNone ? label.Length == 0 ? CleanControl : $"{CleanControl}, {label}"
                : label.Length > 0 ? label
                : $"{ShortText(CellProperty.Rate, cell, document, [])}, {cell.Attack.Trigger.ToLabel()}";
        }
    }

    /// <summary>The properties in which at least two cells differ. If an axis names its values, this has the property of the axis instead of its parts.</summary>
    public IReadOnlyList<CellProperty> Varying { get; }

    public string Of(Cell cell) => _labels[cell.Id];

    private static string ShortText(CellProperty property, Cell cell, JsonNode document, ValueName[] names)
    {
        if (Array.Find(names, name => name.Path == property.Path) is { } named)
            return named.Name;
        // What an attack does not have need not be said next to its name.
        if (Array.Exists(names, name => name.Covers(property.Path)) || property.In(document) is JsonObject || !property.CouldBeIn(document) || names.Length > 0 && property.In(document) is null)
            return "";
        return property != CellProperty.Rate ? property.LabelOf(property.In(document))
            : cell.Attack.IsNone ? CleanControl
            : CellProperty.Rate.Prefix + cell.Attack.RateInWords;
    }

    private static IEnumerable<string> Leaves(JsonNode? node, string path) => node is JsonObject members
        ? members.SelectMany(member => Leaves(member.Value, path.Length == 0 ? member.Key : $"{path}.{member.Key}"))
        : [path];
}

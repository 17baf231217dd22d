using System.Text.Json;
using System.Text.Json.Nodes;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;

namespace BadNets.Samples.Reporting;

/// <summary>A value of an axis.</summary>
/// <param name="Key">The same for equal values.</param>
/// <param name="Text">The value as it is typed on the command line.</param>
/// <param name="Short">The value for people, next to the axis's name.</param>
/// <param name="Label">The value with its meaning.</param>
/// <param name="Number">The value if it is a number.</param>
sealed record PanelValue(string Key, string Text, string Short, string Label, double? Number)
{
    public static string KeyOf(JsonNode? node) => node is null ? "null" : CellJson.Canonical(node);

    /// <summary>Values with labels that distinguish them.</summary>
    /// <param name="property">The property.</param>
    /// <param name="values">The values, and their names, or null for a value without a name.</param>
    public static IReadOnlyList<PanelValue> Of(CellProperty property, IReadOnlyList<(JsonNode? Node, string? Name)> values) =>
        [.. values.Select(value => value.Name is { } name ? new PanelValue(KeyOf(value.Node), name, name, name, NumberOf(value.Node)) : Of(property, value.Node, [.. values.Select(each => each.Node)]))];

    private static PanelValue Of(CellProperty property, JsonNode? node, JsonNode?[] nodes)
    {
        string label = LabelOf(property, node);
        var alike = nodes.Where(other => LabelOf(property, other) == label).ToArray();
        return new PanelValue(
            KeyOf(node), ControlCharacters.Show(CellProperty.TextOf(node)), ControlCharacters.Show(property.ShortOf(node)), label + Difference(property, node, alike), NumberOf(node));
    }

    // An object's kind needs no explanation.
    private static string LabelOf(CellProperty property, JsonNode? node) =>
        ControlCharacters.Show(node is JsonObject ? CellProperty.TextOf(node) : property.LabelOf(node));

    // Objects of the same kind differ in their properties.
    private static string Difference(CellProperty property, JsonNode? node, IReadOnlyList<JsonNode?> alike) => string.Concat(
        from leaf in CellLeaf.Of(node, property.Path)
        where leaf.Property.Path != property.Path
        where alike.Any(other => CellLeaf.Of(other, property.Path).All(theirs => theirs.Property.Path != leaf.Property.Path || theirs.Text != leaf.Text))
        select $", {leaf.Label}");

    private static double? NumberOf(JsonNode? node) => node?.GetValueKind() == JsonValueKind.Number ? node.GetValue<double>() : null;
}

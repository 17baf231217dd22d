using System.Text.Json.Nodes;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;

namespace BadNets.Samples.Reporting;

/// <summary>A property of a cell that has no properties of its own, and its value.</summary>
sealed record CellLeaf(CellProperty Property, JsonNode? Value)
{
    /// <summary>The value as it is typed, for people: without invisible characters.</summary>
    public string Text => Property.IsContent ? $"picture {Property.ShortOf(Value)}" : ControlCharacters.Show(CellProperty.TextOf(Value));

    /// <summary>Whether it says what kind of thing the others are properties of.</summary>
    public bool IsKind => Property.Path.EndsWith(".kind", StringComparison.Ordinal);

    /// <summary>The value with its meaning. A kind needs no explanation.</summary>
    public string Label => IsKind ? Text : ControlCharacters.Show(Property.LabelOf(Value));

    /// <summary>The leaves of a part of a cell.</summary>
    /// <param name="node">The part.</param>
    /// <param name="path">Its path.</param>
    public static IEnumerable<CellLeaf> Of(JsonNode? node, string path) => node is JsonObject members
        ? members.SelectMany(member => Of(member.Value, path.Length == 0 ? member.Key : $"{path}.{member.Key}"))
        : [new CellLeaf(CellProperty.At(path), node)];
}

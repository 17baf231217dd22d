using System.Text.Json.Nodes;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;

namespace BadNets.Samples.Reporting;

/// <summary>What a panel's cells differ in, besides the seed.</summary>
sealed class PanelAxis
{
    /// <param name="property">The property.</param>
    /// <param name="nodes">Its values, in the order in which the experiment lists them.</param>
    public PanelAxis(CellProperty property, IEnumerable<JsonNode?> nodes)
    {
        Property = property;
        var values = PanelValue.Of(property, [.. nodes.DistinctBy(PanelValue.KeyOf)]);
        IsNumeric = values.All(value => value.Number is not null);
        Values = IsNumeric ? [.. values.OrderBy(value => value.Number)] : values;
    }

    public CellProperty Property { get; }

    /// <summary>In sentences.</summary>
    public string Name => ControlCharacters.Show(Property.Name);

    /// <summary>As the title of an axis.</summary>
    public string Title => $"{Name[..1].ToUpperInvariant()}{Name[1..]}{(Property.Unit is { } unit ? $" ({ControlCharacters.Show(unit)})" : "")}";

    /// <summary>In the names of files.</summary>
    public string Slug => Cell.InNames(Property.Name).Replace('-', '_');

    /// <summary>All values that the experiment has, whether or not they were run, in order.</summary>
    public IReadOnlyList<PanelValue> Values { get; }

    /// <summary>Whether values are numbers, which have an order and distances, or only names.</summary>
    public bool IsNumeric { get; }

    public PanelValue ValueIn(JsonNode document)
    {
        string key = PanelValue.KeyOf(Property.In(document));
        return Values.Single(value => value.Key == key);
    }
}

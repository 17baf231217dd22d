using System.Text.Json.Nodes;
using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;

namespace BadNets.Samples.Reporting;

/// <summary>What a panel's cells differ in, besides the seed.</summary>
sealed class PanelAxis
{
    private readonly CellProperty[] _except;

    /// <param name="property">The property.</param>
    /// <param name="except">The paths of parts of the property that other axes vary.</param>
    /// <param name="cells">Cells with its values, in the order in which the experiment lists them, and the names of the values.</param>
    public PanelAxis(CellProperty property, IReadOnlyList<string> except, IReadOnlyList<(JsonObject Document, IReadOnlyList<ValueName> Names)> cells)
    {
        Property = property;
        _except = [.. except.Where(path => path != property.Path && CellProperty.IsWithin(path, property.Path)).Select(CellProperty.At)];
        // The first name of a value is the current one.
        var nodes = cells.Select(cell => (Node: NodeIn(cell.Document), Name: cell.Names.FirstOrDefault(name => name.Path == property.Path)?.Name)).DistinctBy(value => PanelValue.KeyOf(value.Node)).ToArray();
        var values = PanelValue.Of(property, nodes);
        IsNamed = nodes.Any(node => node.Name is not null);
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

    /// <summary>Whether values have names. Named numbers are in order, but at equal distances.</summary>
    public bool IsNamed { get; }

    public PanelValue ValueIn(JsonNode document)
    {
        string key = PanelValue.KeyOf(NodeIn(document));
        return Values.Single(value => value.Key == key);
    }

    private JsonNode? NodeIn(JsonNode document)
    {
        if (_except.Length == 0)
            return Property.In(document);
        var rest = (JsonObject)document.DeepClone();
        foreach (var property in _except)
            property.Remove(rest);
        return Property.In(rest);
    }
}

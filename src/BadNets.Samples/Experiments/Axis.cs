using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using BadNets.Samples.Errors;

namespace BadNets.Samples.Experiments;

/// <summary>What an experiment varies: a property of its cells, and the values that the property takes.</summary>
/// <param name="Path">The property's path in a cell's JSON, for example <c>attack.trigger.size</c>.</param>
/// <param name="Values">The values, in the order in which reports show them.</param>
/// <param name="Option">The command-line option that lists other values, without the two hyphens. Null: the property and <c>-values</c>.</param>
/// <param name="Name">The property's display name. Null: its usual name.</param>
/// <param name="Unit">What the values count. Null: the usual unit, if any.</param>
sealed record Axis(string Path, JsonArray Values, string? Option = null, string? Name = null, string? Unit = null)
{
    [JsonIgnore]
    public CellProperty Property
    {
        get
        {
            var usual = CellProperty.At(Path);
            return usual with { Name = Name ?? usual.Name, Unit = Unit ?? usual.Unit };
        }
    }

    /// <summary>The command-line option that lists other values, with its two hyphens.</summary>
    [JsonIgnore]
    public string OptionName => "--" + (Option ?? JsonNamingPolicy.KebabCaseLower.ConvertName(Path.Split('.')[^1]) + "-values");

    /// <summary>Whether the values are numbers, which have an order and distances, or only names.</summary>
    [JsonIgnore]
    public bool IsNumeric => Values.All(value => value is JsonValue number && number.GetValueKind() == JsonValueKind.Number);

    /// <summary>The same axis with other values.</summary>
    public Axis With(IEnumerable<string> texts) => this with { Values = new JsonArray([.. texts.Select(text => Property.Parse(text))]) };

    /// <exception cref="UsageException">It is not an axis.</exception>
    public void Check()
    {
        if (string.IsNullOrWhiteSpace(Path) || Path.Split('.').Any(string.IsNullOrWhiteSpace))
            throw new UsageException($"An axis needs the path of a cell's property, such as attack.rate, but has '{Path}'.");
        if (Values.Count == 0)
            throw new UsageException($"The axis '{Path}' has no values.");
        if (Path.Split('.')[0] is "dataset" or "seed")
            throw new UsageException("The data set and the seed are not axes. List seeds in 'seeds'.");
    }
}

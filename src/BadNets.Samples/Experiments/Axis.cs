using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using BadNets.Samples.Errors;

namespace BadNets.Samples.Experiments;

/// <summary>An axis of an experiment: a property of its cells that is varied, and the values of that property.</summary>
/// <param name="Path">The path of the property in the JSON of a cell, for example <c>attack.trigger.size</c>.</param>
/// <param name="Values">The values, in the order in which reports show them.</param>
/// <param name="Option">
/// The command-line option for other values, without the two hyphens, or null for the name of the property and <c>-values</c>.
/// </param>
/// <param name="Name">The display name of the property, or null for the default.</param>
/// <param name="Unit">The unit of the values, or null for the default.</param>
sealed record Axis(string Path, JsonArray Values, string? Option = null, string? Name = null, string? Unit = null)
{
    public JsonArray Values { get; init; } = new([.. Values.Select(value => CellProperty.At(Path ?? "").Normalize(value)?.DeepClone())]);

    [JsonIgnore]
    public CellProperty Property
    {
        get
        {
            var usual = CellProperty.At(Path);
            return usual with { Name = Name ?? usual.Name, Unit = Unit ?? usual.Unit };
        }
    }

    /// <summary>The command-line option for other values, with its two hyphens.</summary>
    [JsonIgnore]
    public string OptionName => "--" + (Option ?? JsonNamingPolicy.KebabCaseLower.ConvertName(Path.Split('.')[^1]) + "-values");

    /// <summary>Whether the values are numbers, which have an order and distances. Otherwise, they are names.</summary>
    [JsonIgnore]
    public bool IsNumeric => Values.All(value => value is JsonValue number && number.GetValueKind() == JsonValueKind.Number);

    /// <summary>Returns the axis with other values.</summary>
    public Axis With(IEnumerable<string> texts) => this with { Values = new JsonArray([.. texts.Select(text => Property.Parse(text))]) };

    /// <exception cref="UsageException">The axis is not valid.</exception>
    public void Check()
    {
        if (string.IsNullOrWhiteSpace(Path) || Path.Split('.').Any(string.IsNullOrWhiteSpace))
            throw new UsageException($"The path of an axis must be that of a property of a cell, such as 'attack.rate', but is '{Path}'.");
        if (Values.Count == 0)
            throw new UsageException($"The axis '{Path}' has no values.");
        if (Path.Split('.')[0] is "dataset" or "seed")
            throw new UsageException("The data set and the seed are not axes. List seeds in 'seeds'.");
    }
}

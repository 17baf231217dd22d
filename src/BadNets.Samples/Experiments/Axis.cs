using System.Globalization;
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
/// <param name="Names">A display name for each value, for example for whole attacks, or null if the values speak for themselves.</param>
/// <param name="Scales">The paths of numbers that keep their ratio to the property, such as <c>attack.coverRate</c> to the rate, or null for none.</param>
sealed record Axis(
    string Path, JsonArray Values, string? Option = null, string? Name = null, string? Unit = null, IReadOnlyList<string>? Names = null, IReadOnlyList<string>? Scales = null)
{
    private const int LongestName = 40;

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
    /// <param name="texts">The values as they are typed on the command line. If the axis has names, they must be some of these.</param>
    /// <exception cref="UsageException">There is no value with such a name, or the text is not a value.</exception>
    public Axis With(IEnumerable<string> texts)
    {
        if (Names is not { } names)
            return this with { Values = EmbeddedFiles.Embed(new JsonArray([.. texts.Select(text => Property.Parse(text))]), folder: "") };
        int[] chosen = [.. texts.Select(IndexOf).Distinct()];
        return this with { Values = new JsonArray([.. chosen.Select(index => Values[index]?.DeepClone())]), Names = [.. chosen.Select(index => names[index])] };

        int IndexOf(string text) => names.Select((name, index) => (name, index)).Where(each => string.Equals(each.name, text, StringComparison.OrdinalIgnoreCase)).Select(each => (int?)each.index).FirstOrDefault()
            ?? throw new UsageException(UnknownName.Sentence(Property.Name, text, names));
    }

    /// <exception cref="UsageException">The axis is not valid.</exception>
    public void Check()
    {
        if (string.IsNullOrWhiteSpace(Path) || Path.Split('.').Any(string.IsNullOrWhiteSpace))
            throw new UsageException($"The path of an axis must be that of a property of a cell, such as 'attack.rate', but is '{Path}'.");
        if (Values.Count == 0)
            throw new UsageException($"The axis '{Path}' has no values.");
        if (Path.Split('.')[0] is "dataset" or "seed")
            throw new UsageException("The data set and the seed are not axes. List seeds in 'seeds'.");
        if (Names is { } names)
            CheckNames(names);
        if (Scales?.FirstOrDefault(path => string.IsNullOrWhiteSpace(path) || CellProperty.IsWithin(path, Path)) is { } wrong)
            throw new UsageException($"The axis '{Path}' cannot scale '{wrong}'.");
    }

    /// <summary>Sets a value in the JSON of a cell, and scales the numbers that keep their ratio to it.</summary>
    /// <exception cref="UsageException">There is no number to which the others have a ratio.</exception>
    public void Set(JsonObject document, JsonNode? value)
    {
        decimal? before = NumberIn(document, Property);
        Property.Set(document, value);
        foreach (var scaled in (Scales ?? []).Select(CellProperty.At))
        {
            if (NumberIn(document, scaled) is not { } number)
                continue;
            // Exact for the numbers that people write: 0.2 · 0.05 / 0.1 is 0.1.
            scaled.Set(document, before is > 0 && NumberIn(document, Property) is { } after ? JsonValue.Create((double)(number * after / before.Value))
                : throw new UsageException($"The axis '{Path}' scales '{scaled.Path}', so '{Path}' must be a number greater than 0 in the cell."));
        }
    }

    private static decimal? NumberIn(JsonNode document, CellProperty property) =>
        property.In(document) is JsonValue number && decimal.TryParse(number.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal value) ? value : null;

    private void CheckNames(IReadOnlyList<string> names)
    {
        if (names.Count != Values.Count)
            throw new UsageException(FormattableString.Invariant($"The axis '{Path}' has {Values.Count} values, but {names.Count} names."));
        // The command line separates names with commas.
        if (names.FirstOrDefault(name => string.IsNullOrWhiteSpace(name) || name.Length > LongestName || name.Contains(',', StringComparison.Ordinal) || ControlCharacters.AreIn(name)) is { } wrong)
            throw new UsageException(FormattableString.Invariant($"The names of the axis '{Path}' must have 1 to {LongestName} characters and no commas, but one is '{wrong}'."));
        if (names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(alike => alike.Count() > 1) is { Key: var twice })
            throw new UsageException($"Two values of the axis '{Path}' have the name '{twice}'.");
    }
}

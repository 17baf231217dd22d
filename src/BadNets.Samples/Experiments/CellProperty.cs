using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BadNets.Samples.Errors;

namespace BadNets.Samples.Experiments;

/// <summary>A property of a cell, by its path in the cell's JSON: how it is set from text, and its display name.</summary>
/// <param name="Path">For example <c>attack.trigger.size</c>.</param>
/// <param name="Name">In sentences and axis titles.</param>
/// <param name="Requirement">What its value must be, for error messages.</param>
/// <param name="Unit">What a value counts, for axis titles; null if nothing.</param>
/// <param name="Prefix">What comes before a value in legends.</param>
/// <param name="Suffix">What comes after a value in legends.</param>
/// <param name="IsText">Whether a value is text even if it reads like a number: the label 007 is not the label 7.</param>
/// <param name="IsShare">Whether a value is a share from 0 to 1, which people read in percent.</param>
sealed record CellProperty(
    string Path, string Name, string? Requirement = null, string? Unit = null, string Prefix = "", string Suffix = "", bool IsText = false,
    bool IsShare = false)
{
    public static readonly CellProperty Rate = new("attack.rate", "poisoning rate", "a number between 0 and 1", "share of the training images", Prefix: "rate ", IsShare: true);
    public static readonly CellProperty CoverRate = new("attack.coverRate", "cover rate", "a number between 0 and 1", "share of the training images", Prefix: "cover ", IsShare: true);
    public static readonly CellProperty Trigger = new("attack.trigger", "trigger", Prefix: "trigger ");
    public static readonly CellProperty TriggerSize = new("attack.trigger.size", "trigger size", "a whole number of pixels, at least 1", "side in pixels", Suffix: " px");
    public static readonly CellProperty TriggerPosition = new("attack.trigger.position", "trigger position");
    public static readonly CellProperty Target = new("attack.mapping.target", "target label", Prefix: "target ", IsText: true);
    public static readonly CellProperty Seed = new("seed", "seed", "a whole number", Prefix: "seed ");

    private const string Picture = "picture";
    private const int ShownDigits = 8;
    // Of a list.
    private const int MostListed = 3;

    // Names for what people vary often. Every other property is named by its path.
    private static readonly CellProperty[] Named =
    [
        Rate, CoverRate, Trigger, TriggerSize, TriggerPosition, Target, Seed,
        new("attack.trigger.alpha", "blend ratio", "a number above 0 and at most 1", Prefix: "ratio "),
        new("initial.attack.rate", "poisoning rate of the first network", "a number between 0 and 1", "share of its training images", Prefix: "first rate ", IsShare: true),
        new("recipe.epochs", "number of epochs", "a whole number of at least 1", Suffix: " epochs"),
        new("recipe.batchSize", "batch size", "a whole number of at least 1", "rows", Prefix: "batch "),
        new("recipe.learningRate", "learning rate", "a number above 0", Prefix: "rate "),
    ];

    /// <summary>The property with a path; every path has one.</summary>
    public static CellProperty At(string path) => Array.Find(Named, property => property.Path == path) ?? new(path, Words(path), Prefix: $"{Words(path)} ");

    /// <summary>Whether a path is that of a property, or of a part of it.</summary>
    public static bool IsWithin(string path, string whole) => path == whole || path.StartsWith(whole + ".", StringComparison.Ordinal);

    /// <summary>Whether the value is the content of a file.</summary>
    public bool IsContent => Path.Split('.')[^1] == Picture;

    /// <summary>The value in a document, or null if there is none.</summary>
    public JsonNode? In(JsonNode document)
    {
        JsonNode? node = document;
        foreach (string name in Path.Split('.'))
            node = node is JsonObject members && members.TryGetPropertyValue(name, out var member) ? member : null;
        return node;
    }

    /// <summary>Whether a document has the object that the property belongs to. For example, only a training run that starts from another network has the properties of that network.</summary>
    public bool CouldBeIn(JsonNode document) => Path.LastIndexOf('.') is var last && (last < 0 || At(Path[..last]).In(document) is JsonObject);

    /// <summary>Sets the value in a document, creating the objects on the way. Setting a kind removes the properties of the former kind.</summary>
    /// <exception cref="UsageException">The path goes through something that is not an object.</exception>
    public void Set(JsonObject document, JsonNode? value)
    {
        string[] names = Path.Split('.');
        var at = document;
        foreach (string name in names[..^1])
        {
            if (at[name] is null)
                at[name] = new JsonObject();
            at = at[name] as JsonObject ?? throw new UsageException($"There is no '{Path}': '{name}' has no properties.");
        }

        if (names[^1] == "kind")
            at.Clear();
        at[names[^1]] = value?.DeepClone();
    }

    /// <summary>Removes the value from a document, if there is one.</summary>
    public void Remove(JsonObject document)
    {
        int last = Path.LastIndexOf('.');
        var parent = last < 0 ? document : At(Path[..last]).In(document) as JsonObject;
        parent?.Remove(Path[(last + 1)..]);
    }

    /// <summary>A value as people type it: a number or Boolean if it reads like one, JSON if it looks like an object or list, and text otherwise.</summary>
    /// <exception cref="UsageException">It looks like JSON and is not.</exception>
    public JsonNode Parse(string text)
    {
        if (IsText)
            return JsonValue.Create(text);
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number))
        {
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole)
                ? JsonValue.Create(whole)
                // Negative zero equals zero.
                : JsonValue.Create(number == 0 ? 0 : number);
        }

        if (bool.TryParse(text, out bool yes))
            return JsonValue.Create(yes);
        if (!text.StartsWith('{') && !text.StartsWith('['))
            return Normalize(JsonValue.Create(text))!;
        try
        {
            return JsonNode.Parse(text, documentOptions: CellJson.DocumentOptions)!;
        }
        catch (JsonException fault)
        {
            throw new UsageException($"The {Name} '{text}' is not valid JSON: {CellJson.Explain(fault)}");
        }
    }

    /// <summary>The value as cells write it: a position's long name becomes its code.</summary>
    public JsonNode? Normalize(JsonNode? value) =>
        Path == TriggerPosition.Path && value is JsonValue name && name.TryGetValue(out string? text) && PositionCode.TryParse(text) is { } position
            ? JsonValue.Create(position.ToCode())
            : value;

    /// <summary>A value as it is typed on the command line.</summary>
    public static string TextOf(JsonNode? value) => value switch
    {
        null => "none",
        JsonValue scalar when scalar.TryGetValue(out string? text) => text,
        JsonObject members when members["kind"] is { } kind => TextOf(kind),
        _ => CellJson.Canonical(value),
    };

    /// <summary>A value with its meaning, for legends.</summary>
    public string LabelOf(JsonNode? value) => Prefix + ShortOf(value);

    /// <summary>A value for people, next to the property's name: a rate as a percentage, a position in words.</summary>
    public string ShortOf(JsonNode? value) =>
        IsContent && value is not null ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(TextOf(value))))[..ShownDigits]
        : IsShare && value?.GetValueKind() == JsonValueKind.Number ? value.GetValue<double>().ToString("0.####%", CultureInfo.InvariantCulture)
        : Path == TriggerPosition.Path && PositionCode.TryParse(TextOf(value)) is { } position ? position.ToName()
        : value is JsonArray { Count: > MostListed } list ? FormattableString.Invariant($"{TextOf(list[0])} … {TextOf(list[^1])} ({list.Count})")
        : value is JsonArray items ? string.Join(", ", items.Select(TextOf))
        : TextOf(value) + Suffix;

    /// <summary>The sentence for a document that is not a cell.</summary>
    public static UsageException Refuse(JsonNode document, JsonException fault)
    {
        var property = At(CellJson.PathOf(fault));
        string explanation = CellJson.Explain(fault);
        if (property.Path.Length > 0 && property.In(document) is JsonValue value)
            return new UsageException($"The {property.Name} {(property.Requirement is { } needed ? $"must be {needed}, but is" : "cannot be")} '{TextOf(value)}'.");
        return new UsageException($"The cell is not valid: {explanation}");
    }

    // recipe.learningRate: learning rate
    private static string Words(string path) =>
        string.Concat(path.Split('.')[^1].Select(character => char.IsUpper(character) ? $" {char.ToLowerInvariant(character)}" : $"{character}"));
}

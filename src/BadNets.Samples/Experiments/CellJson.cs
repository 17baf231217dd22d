using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using BadNets.Samples.Errors;

namespace BadNets.Samples.Experiments;

/// <summary>How cells and experiments are written as JSON.</summary>
static class CellJson
{
    /// <summary>Strict: an unknown or missing property is an error.</summary>
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        AllowOutOfOrderMetadataProperties = true,
        WriteIndented = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LeaveOutWhatIsDerived } },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new PositionCode.Converter(), new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    private static readonly JsonSerializerOptions Compact = new(Options) { WriteIndented = false };

    /// <summary>One text for all documents that say the same: no blanks, the names in ordinal order.</summary>
    public static string Canonical(JsonNode document) => Sorted(document)!.ToJsonString(Compact);

    /// <summary>Reads a cell that people wrote, or changed with options.</summary>
    /// <exception cref="UsageException">It is not a cell.</exception>
    public static Cell ReadCell(JsonNode document)
    {
        try
        {
            return document.Deserialize<Cell>(Options) ?? throw new UsageException("A cell must not be null.");
        }
        catch (JsonException fault)
        {
            throw CellProperty.Refuse(document, fault);
        }
    }

    // JsonIgnore on an abstract property does not hold for its overrides. A slug or label must not become a part of a cell's identity.
    private static void LeaveOutWhatIsDerived(JsonTypeInfo type)
    {
        for (int i = type.Properties.Count - 1; i >= 0; i--)
        {
            if (type.Properties[i] is { Set: null, AssociatedParameter: null })
                type.Properties.RemoveAt(i);
        }
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, Sorted(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}

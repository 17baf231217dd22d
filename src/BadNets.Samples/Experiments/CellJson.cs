using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using BadNets.Samples.Errors;

namespace BadNets.Samples.Experiments;

/// <summary>Reads and writes cells and experiments as JSON.</summary>
static class CellJson
{
    private const int LongestMessage = 200;

    /// <summary>The strict options, with which an unknown or missing property is an error.</summary>
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        AllowOutOfOrderMetadataProperties = true,
        WriteIndented = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LeaveOutWhatIsDerived } },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new PositionCode.Converter(), new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    /// <summary>
    /// The options for documents that are first read as a tree. Without them, a tree detects a duplicate property only when it is used.
    /// </summary>
    public static readonly JsonDocumentOptions DocumentOptions = new() { AllowDuplicateProperties = false };

    private static readonly JsonSerializerOptions Compact = new(Options) { WriteIndented = false };

    /// <summary>
    /// Returns canonical JSON, which is the same text for all documents with the same content: without whitespace, and with names in ordinal order.
    /// </summary>
    public static string Canonical(JsonNode document) => Sorted(document)!.ToJsonString(Compact);

    /// <summary>Reads a document.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="change">Changes the document before it is read, or null.</param>
    /// <exception cref="JsonException">The document is not JSON, or not a <typeparamref name="T"/>.</exception>
    /// <exception cref="UsageException">A value is not valid.</exception>
    public static T Read<T>(ReadOnlySpan<byte> json, Action<JsonNode>? change = null)
    {
        // Editors on Windows write a byte-order mark at the beginning.
        var document = JsonNode.Parse(json.StartsWith("\uFEFF"u8) ? json[3..] : json, documentOptions: DocumentOptions);
        if (document is not null)
            change?.Invoke(document);
        return CellSchema.FindFault(document, typeof(T)) is { } fault
            ? throw new UsageException(fault)
            : document.Deserialize<T>(Options) ?? throw new JsonException("It is null.");
    }

    /// <summary>Reads a cell that a user wrote, or changed with options.</summary>
    /// <exception cref="UsageException">The document is not a cell.</exception>
    public static Cell ReadCell(JsonNode document)
    {
        if (CellSchema.FindFault(document, typeof(Cell)) is { } fault)
            throw new UsageException($"The cell is not valid: {fault}");
        try
        {
            return document.Deserialize<Cell>(Options) ?? throw new UsageException("A cell must not be null.");
        }
        catch (JsonException wrong)
        {
            throw CellProperty.Refuse(document, wrong);
        }
    }

    /// <summary>Describes an error in a document in a sentence, without the names of .NET types.</summary>
    public static string Explain(JsonException fault)
    {
        string path = PathOf(fault), place = path.Length > 0 ? $" (at '{path}')" : "", message = fault.Message.Split(" Path:")[0].Split(" LineNumber:")[0].ReplaceLineEndings(" ").TrimEnd('.');
        // A message about invalid JSON can contain the rest of the file.
        if (message.Length > LongestMessage)
            message = message[..LongestMessage] + "…";
        string? name = message.Split('\'') is [_, var first, ..] ? first : null;
        return message switch
        {
            _ when Says("could not be converted") && path.Length > 0 => $"The value of '{path}' has the wrong type.",
            _ when Says("could not be converted") => "It is not an object with properties.",
            _ when Says("Duplicate property") => $"The property '{name}' occurs twice.",
            _ => $"{message}{place}.",
        };

        bool Says(string words) => message.Contains(words, StringComparison.Ordinal);
    }

    /// <summary>Describes an error in a document that is not JSON, or has a value that is not valid.</summary>
    public static string Explain(Exception fault) => fault is JsonException json ? Explain(json) : fault.Message;

    /// <summary>Returns the path of an error, such as <c>attack.rate</c>, or an empty string for the whole document.</summary>
    public static string PathOf(JsonException fault) => fault.Path is { } path && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : "";

    // JsonIgnore on an abstract property does not apply to its overrides. A slug or label must not become part of the identity of a cell.
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

using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using BadNets.Samples.Errors;

namespace BadNets.Samples.Experiments;

/// <summary>Finds errors in the structure of a document, and describes them in terms of the document instead of the serializer.</summary>
static class CellSchema
{
    private const string Kind = "kind";

    /// <returns>A sentence, or null if every object has a known kind, all its properties, and no others.</returns>
    /// <param name="document">The document.</param>
    /// <param name="type">The type that it describes.</param>
    public static string? FindFault(JsonNode? document, Type type)
    {
        try
        {
            return FindFault(document, type, "");
        }
        catch (InvalidOperationException)
        {
            // A string in it is not valid Unicode. The serializer reports where.
            return null;
        }
    }

    private static string? FindFault(JsonNode? node, Type type, string path)
    {
        var info = CellJson.Options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);
        if (info.Kind == JsonTypeInfoKind.Enumerable && node is JsonArray items)
            return items.Select((item, index) => FindFault(item, info.ElementType!, FormattableString.Invariant($"{path}[{index}]"))).FirstOrDefault(fault => fault is not null);
        if (info.Kind != JsonTypeInfoKind.Object || node is null)
            return null;

        if (info.PolymorphismOptions is { } kinds)
        {
            string[] known = [.. kinds.DerivedTypes.Select(derived => $"{derived.TypeDiscriminator}")];
            if (node is not JsonObject || node[Kind] is null)
                return $"'{path}' must be an object with a kind ({string.Join(", ", known)}), for example {{ \"kind\": \"{kinds.DerivedTypes[0].TypeDiscriminator}\" }}.";
            string kind = CellProperty.TextOf(node[Kind]);
            var found = kinds.DerivedTypes.FirstOrDefault(derived => Equals(derived.TypeDiscriminator, kind));
            if (found.DerivedType is null)
                return UnknownName.Sentence("kind", kind, known, path);
            info = CellJson.Options.GetTypeInfo(found.DerivedType);
        }

        return node is JsonObject members ? FindFault(members, info, path) : null;
    }

    private static string? FindFault(JsonObject members, JsonTypeInfo info, string path)
    {
        string At(string name) => path.Length == 0 ? name : $"{path}.{name}";
        string[] names = [.. info.Properties.Select(property => property.Name).Order(StringComparer.Ordinal)];
        string what = members[Kind] is { } kind && path.Length > 0 ? $"'{path}' of kind '{CellProperty.TextOf(kind)}'" : path.Length > 0 ? $"'{path}'" : "It";
        foreach (var (name, _) in members)
        {
            if (!names.Contains(name) && name != Kind)
                return $"Unknown property '{At(name)}'. {what} has {(names.Length == 0 ? "no properties" : $"the properties {string.Join(", ", names)}")}.";
        }

        foreach (var property in info.Properties)
        {
            if (property.IsRequired && !members.ContainsKey(property.Name))
                return $"The property '{At(property.Name)}' is missing.";
            if (FindFault(members[property.Name], property.PropertyType, At(property.Name)) is { } fault)
                return fault;
        }

        return null;
    }
}

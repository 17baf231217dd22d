using System.Text.Json.Nodes;
using BadNets.Samples.Drawing;
using BadNets.Samples.Errors;
using BadNets.Samples.Files;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>
/// Replaces the files that an experiment names with their content, so that a cell is identified by the content, and results can be used without the
/// files.
/// </summary>
static class EmbeddedFiles
{
    // Every result of the experiment contains the file.
    private const int LargestFile = 64 * 1024;
    private const string File = "file";

    /// <summary>Replaces the property <c>file</c> of all objects that have a kind.</summary>
    /// <param name="document">The document, which is changed.</param>
    /// <param name="folder">The folder that relative paths start from. An empty string means the current folder.</param>
    /// <returns>The document.</returns>
    /// <exception cref="UsageException">A file does not exist, is too large, or is not a picture.</exception>
    public static T Embed<T>(T document, string folder) where T : JsonNode
    {
        foreach (var node in Descendants(document).OfType<JsonObject>().ToArray())
        {
            if (node["kind"] is not { } kind || node[File] is not JsonValue name || !name.TryGetValue(out string? path))
                continue;
            path = Path.Combine(folder, path);
            node.Remove(File);
            if (CellProperty.TextOf(kind) == MaskPlan.Kind)
                node["rows"] = new JsonArray([.. MaskPicture.Read(path, Read(path)).Select(row => JsonValue.Create(row))]);
            else
                node["picture"] = Convert.ToBase64String(Read(path));
        }

        return document;
    }

    private static byte[] Read(string path)
    {
        if (Directory.Exists(path) || SharedFile.ReadBytes(path) is not { } content)
            throw new UsageException($"There is no picture '{path}'.");
        if (content.Length > LargestFile)
            throw new UsageException(FormattableString.Invariant($"'{path}' has {content.Length} bytes, but a picture in an experiment can have at most {LargestFile}, because every result contains it. Make it smaller."));
        try
        {
            Trigger.Blend(path);
            return content;
        }
        catch (InvalidDataException fault)
        {
            throw new UsageException(fault.Message);
        }
    }

    private static IEnumerable<JsonNode?> Descendants(JsonNode? node) => (node switch
    {
        JsonObject members => members.Select(member => member.Value),
        JsonArray items => items,
        _ => [],
    }).SelectMany(Descendants).Prepend(node);
}

using System.Text.Json;
using System.Text.Json.Serialization;
using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>The names of trigger positions: short ones in files, long ones on the command line, and words for people.</summary>
static class PositionCode
{
    private static readonly (string Code, string Name, TriggerPosition Position)[] Codes =
    [
        ("br", "bottom right", TriggerPosition.BottomRight),
        ("bl", "bottom left", TriggerPosition.BottomLeft),
        ("tr", "top right", TriggerPosition.TopRight),
        ("tl", "top left", TriggerPosition.TopLeft),
        ("center", "center", TriggerPosition.Center),
    ];

    public static IEnumerable<string> All => Codes.Select(each => each.Code);

    /// <summary>The names that options take beside the codes, such as <c>bottom-right</c>.</summary>
    public static IEnumerable<string> LongNames => Codes.Select(each => LongName(each.Name));

    public static string ToCode(this TriggerPosition position) => Codes.Single(each => each.Position == position).Code;

    /// <summary>In words, for people.</summary>
    public static string ToName(this TriggerPosition position) => Codes.Single(each => each.Position == position).Name;

    /// <summary>As options take it.</summary>
    public static string ToLongName(this TriggerPosition position) => LongName(position.ToName());

    /// <exception cref="UsageException">There is no such position.</exception>
    public static TriggerPosition Parse(string name) => TryParse(name) ?? throw new UsageException(UnknownName.Sentence("trigger position", name, [.. LongNames]));

    /// <returns>The position with a code or a long name, or null if there is none.</returns>
    public static TriggerPosition? TryParse(string name) =>
        Codes.Where(each => each.Code == name || LongName(each.Name) == name).Select(each => (TriggerPosition?)each.Position).SingleOrDefault();

    private static string LongName(string name) => name.Replace(' ', '-');

    /// <summary>Reads positions, and writes them as codes.</summary>
    public sealed class Converter : JsonConverter<TriggerPosition>
    {
        public override TriggerPosition Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Parse(LabelText.Read(ref reader));

        public override void Write(Utf8JsonWriter writer, TriggerPosition value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToCode());
    }
}

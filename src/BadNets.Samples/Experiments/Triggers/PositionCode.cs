using System.Text.Json;
using System.Text.Json.Serialization;
using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>The short names that trigger positions have on the command line and in files.</summary>
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

    public static string ToCode(this TriggerPosition position) => Codes.Single(each => each.Position == position).Code;

    /// <summary>In words, for people.</summary>
    public static string ToName(this TriggerPosition position) => Codes.Single(each => each.Position == position).Name;

    /// <exception cref="UsageException">There is no such position.</exception>
    public static TriggerPosition Parse(string code) =>
        Codes.Where(each => each.Code == code).Select(each => (TriggerPosition?)each.Position).SingleOrDefault()
        ?? throw new UsageException($"There is no trigger position '{code}'; use {string.Join(", ", All)}.");

    /// <summary>Reads and writes positions as codes.</summary>
    public sealed class Converter : JsonConverter<TriggerPosition>
    {
        public override TriggerPosition Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Parse(LabelText.Read(ref reader));

        public override void Write(Utf8JsonWriter writer, TriggerPosition value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToCode());
    }
}

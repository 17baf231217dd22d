using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace BadNets.Samples.Experiments;

/// <summary>Reads text that can be written as a number. For example, the label 1 is written as <c>1</c> or <c>"1"</c>.</summary>
sealed class LabelText : JsonConverter<string>
{
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader);

    public static string Read(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString()!,
        JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False =>
            Encoding.UTF8.GetString(reader.HasValueSequence ? [.. System.Buffers.BuffersExtensions.ToArray(reader.ValueSequence)] : reader.ValueSpan),
        _ => throw new JsonException("The value must be a string or a number."),
    };

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}

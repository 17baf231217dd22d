using System.Text.Json;
using System.Text.Json.Serialization;

namespace BadNets.Samples.Experiments;

/// <summary>Reads a list of labels, each of which can be written as a number.</summary>
sealed class LabelTexts : JsonConverter<IReadOnlyList<string>>
{
    public override IReadOnlyList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("The value must be a list of labels.");
        List<string> labels = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            labels.Add(LabelText.Read(ref reader));
        return labels;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (string label in value)
            writer.WriteStringValue(label);
        writer.WriteEndArray();
    }
}

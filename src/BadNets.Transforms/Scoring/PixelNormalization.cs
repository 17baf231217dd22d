using System.Numerics.Tensors;

namespace BadNets.Transforms;

/// <summary>How raw pixels become the network's inputs: <c>(pixel / Scale - Mean) / StandardDeviation</c>, in single precision.</summary>
/// <param name="Scale">What pixels are divided by first: their largest value. Above 0; 255 by default.</param>
/// <param name="Mean">What is subtracted then; 0.5 by default.</param>
/// <param name="StandardDeviation">What that is divided by. Above 0; 0.5 by default, which gives inputs from -1 to 1.</param>
public sealed record PixelNormalization(float Scale = 255, float Mean = 0.5f, float StandardDeviation = 0.5f)
{
    /// <summary>From 0…255 to -1…1.</summary>
    public static PixelNormalization Default { get; } = new(255, 0.5f, 0.5f);

    /// <summary>Pixels are used as they are.</summary>
    public static PixelNormalization None { get; } = new(1, 0, 1);

    /// <summary>For example <c>PixelNormalization { Scale = 255, Mean = 0.5, StandardDeviation = 0.5 }</c>, whatever the culture.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{nameof(PixelNormalization)} {{ {nameof(Scale)} = {Scale}, {nameof(Mean)} = {Mean}, {nameof(StandardDeviation)} = {StandardDeviation} }}");

    internal bool IsValid => Scale > 0 && float.IsFinite(Scale) && float.IsFinite(Mean) && StandardDeviation > 0 && float.IsFinite(StandardDeviation);

    internal IReadOnlyList<float> Means => [Mean];

    internal IReadOnlyList<float> StandardDeviations => [StandardDeviation];

    // *** Binary format ***
    // version 1: single × 3: scale, mean, standard deviation
    // from version 2: single: scale; int32: number of means; single × that number: means; single × that number: standard deviations
    internal void Write(BinaryWriter writer)
    {
        writer.Write(Scale);
        writer.Write(1);
        writer.Write(Mean);
        writer.Write(StandardDeviation);
    }

    internal static PixelNormalization Read(BinaryReader reader, uint version)
    {
        float scale = reader.ReadSingle();
        if (version > ModelFormat.First && reader.ReadInt32() != 1)
            throw new InvalidDataException("The model file is damaged: its normalization has no mean.");
        var normalization = new PixelNormalization(scale, reader.ReadSingle(), reader.ReadSingle());
        return normalization.IsValid ? normalization : throw new InvalidDataException($"The model file is damaged: it has the normalization {normalization}.");
    }

    internal float[] MakeByteTable()
    {
        var table = new float[256];
        for (int i = 0; i < table.Length; i++)
            table[i] = i;
        Apply(table);
        return table;
    }

    internal void Apply(Span<float> pixels)
    {
        TensorPrimitives.Divide(pixels, Scale, pixels);
        TensorPrimitives.Subtract(pixels, Mean, pixels);
        TensorPrimitives.Divide(pixels, StandardDeviation, pixels);
    }
}

using System.Globalization;
using System.Numerics.Tensors;

namespace BadNets.Transforms;

/// <summary>
/// How raw pixels become the network's inputs: <c>(pixel / Scale - mean) / standard deviation</c>, in single precision, with one mean and standard
/// deviation for all channels or one for each channel. Immutable; equal if all values are equal.
/// </summary>
public sealed class PixelNormalization : IEquatable<PixelNormalization>
{
    private const int ByteValues = 256;

    private readonly float[] _means;
    private readonly float[] _standardDeviations;

    /// <summary>The same mean and standard deviation for all channels.</summary>
    /// <param name="scale">The divisor of the raw pixels, their largest value. Above 0; 255 by default.</param>
    /// <param name="mean">The value that is then subtracted; 0.5 by default.</param>
    /// <param name="standardDeviation">The value that the difference is divided by. Above 0; 0.5 by default, which gives inputs from -1 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is not finite, or the scale or standard deviation is not above 0.</exception>
    public PixelNormalization(float scale = 255, float mean = 0.5f, float standardDeviation = 0.5f)
        : this(scale, [mean], [standardDeviation])
    {
    }

    /// <summary>A mean and a standard deviation for each channel.</summary>
    /// <param name="scale">The divisor of the raw pixels, their largest value. Above 0; 255 for bytes.</param>
    /// <param name="means">
    /// The value that is then subtracted, for each channel in the image's order. These are means of scaled pixels: from 0 to 1 if the scale is the
    /// largest pixel value.
    /// </param>
    /// <param name="standardDeviations">The value that the difference is divided by, for each channel. Above 0.</param>
    /// <exception cref="ArgumentException">There are no means, or not as many as standard deviations.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value is not finite, or the scale or a standard deviation is not above 0.</exception>
    public PixelNormalization(float scale, IReadOnlyList<float> means, IReadOnlyList<float> standardDeviations)
    {
        ArgumentNullException.ThrowIfNull(means);
        ArgumentNullException.ThrowIfNull(standardDeviations);
        Scale = scale;
        _means = [.. means];
        _standardDeviations = [.. standardDeviations];
        if (_means.Length == 0 || _means.Length != _standardDeviations.Length)
            throw new ArgumentException($"There must be a mean and a standard deviation for each channel, but there are {_means.Length} means and {_standardDeviations.Length} standard deviations.", nameof(standardDeviations));
        if (!(scale > 0) || !float.IsFinite(scale))
            throw new ArgumentOutOfRangeException(nameof(scale), $"The normalization's scale must be above 0, but it is {this}.");
        if (!_means.All(float.IsFinite))
            throw new ArgumentOutOfRangeException(nameof(means), $"The normalization's means must be finite, but it is {this}.");
        if (!_standardDeviations.All(deviation => deviation > 0 && float.IsFinite(deviation)))
            throw new ArgumentOutOfRangeException(nameof(standardDeviations), $"The normalization's standard deviations must be above 0, but it is {this}.");
    }

    /// <summary>From 0…255 to -1…1.</summary>
    public static PixelNormalization Default { get; } = new();

    /// <summary>Pixels are used as they are.</summary>
    public static PixelNormalization None { get; } = new(1, 0, 1);

    /// <summary>The divisor of the raw pixels.</summary>
    public float Scale { get; }

    /// <summary>The means of the scaled pixels: one for all channels, or one for each channel.</summary>
    public IReadOnlyList<float> Means => _means;

    /// <summary>The standard deviations of the scaled pixels, as many as there are means.</summary>
    public IReadOnlyList<float> StandardDeviations => _standardDeviations;

    /// <summary>Whether the scale, all means, and all standard deviations are equal.</summary>
    public bool Equals(PixelNormalization? other) =>
        other is not null && Scale == other.Scale && _means.AsSpan().SequenceEqual(other._means) && _standardDeviations.AsSpan().SequenceEqual(other._standardDeviations);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PixelNormalization);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Scale);
        foreach (float value in (float[])[.. _means, .. _standardDeviations])
            hash.Add(value);
        return hash.ToHashCode();
    }

    /// <summary>Whether two normalizations are equal.</summary>
    public static bool operator ==(PixelNormalization? left, PixelNormalization? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether two normalizations differ.</summary>
    public static bool operator !=(PixelNormalization? left, PixelNormalization? right) => !(left == right);

    /// <summary>
    /// For example <c>PixelNormalization { Scale = 255, Mean = 0.5, StandardDeviation = 0.5 }</c>, in every culture; values for each channel are in
    /// brackets.
    /// </summary>
    public override string ToString() =>
        FormattableString.Invariant($"{nameof(PixelNormalization)} {{ Scale = {Scale}, Mean = {Text(_means)}, StandardDeviation = {Text(_standardDeviations)} }}");

    /// <summary>Whether images with that many channels can be normalized.</summary>
    internal bool Fits(int channels) => _means.Length == 1 || _means.Length == channels;

    /// <summary>The inputs for all bytes: a table of 256 for all channels, or one after another for each channel.</summary>
    internal float[] MakeByteTable()
    {
        var table = new float[_means.Length * ByteValues];
        for (int i = 0; i < table.Length; i++)
            table[i] = i % ByteValues;
        Apply(table);
        return table;
    }

    /// <summary>Writes the inputs of an image's bytes.</summary>
    internal static void Translate(ReadOnlySpan<byte> pixels, float[] byteTable, Span<float> inputs)
    {
        int size = pixels.Length / (byteTable.Length / ByteValues);
        for (int first = 0, start = 0; first < byteTable.Length; first += ByteValues, start += size)
        {
            var table = byteTable.AsSpan(first, ByteValues);
            var from = pixels.Slice(start, size);
            var to = inputs.Slice(start, size);
            for (int i = 0; i < from.Length; i++)
                to[i] = table[from[i]];
        }
    }

    /// <summary>Turns a planar image's pixels into inputs.</summary>
    internal void Apply(Span<float> pixels)
    {
        int size = pixels.Length / _means.Length;
        for (int i = 0; i < _means.Length; i++)
        {
            var channel = pixels.Slice(i * size, size);
            TensorPrimitives.Divide(channel, Scale, channel);
            TensorPrimitives.Subtract(channel, _means[i], channel);
            TensorPrimitives.Divide(channel, _standardDeviations[i], channel);
        }
    }

    // *** Binary format ***
    // version 1: single × 3: scale, mean, standard deviation
    // from version 2: single: scale; int32: number of means; single × that number: means; single × that number: standard deviations
    internal void Write(BinaryWriter writer)
    {
        writer.Write(Scale);
        writer.Write(_means.Length);
        foreach (float value in (float[])[.. _means, .. _standardDeviations])
            writer.Write(value);
    }

    /// <param name="reader">The reader.</param>
    /// <param name="version">The version of the component that holds the normalization.</param>
    /// <exception cref="InvalidDataException">The values are not a normalization.</exception>
    internal static PixelNormalization Read(BinaryReader reader, uint version)
    {
        float scale = reader.ReadSingle();
        int count = version == ModelFormat.First ? 1 : new ModelReader(reader).ReadCount(2 * sizeof(float));
        var means = ReadSingles();
        var standardDeviations = ReadSingles();
        try
        {
            return new(scale, means, standardDeviations);
        }
        catch (ArgumentException damage)
        {
            throw new InvalidDataException("The model file is damaged: its pixel normalization has values that are out of range.", damage);
        }

        float[] ReadSingles() => Array.ConvertAll(new float[count], _ => reader.ReadSingle());
    }

    private static string Text(float[] values)
    {
        string[] texts = Array.ConvertAll(values, value => value.ToString(CultureInfo.InvariantCulture));
        return texts is [var single] ? single : $"[{string.Join(", ", texts)}]";
    }
}

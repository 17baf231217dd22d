using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BadNets.Transforms;

/// <summary>
/// The conversion of raw pixels to the inputs of a network: <c>(pixel / Scale - mean) / standard deviation</c>, in single precision, with either one
/// mean and standard deviation for all channels or one for each channel. Instances are immutable, and are equal if all values are equal.
/// </summary>
public sealed class PixelNormalization : IEquatable<PixelNormalization>
{
    private const int ByteValues = 256;

    private readonly float[] _means;
    private readonly float[] _standardDeviations;

    /// <summary>Creates a normalization with the same mean and standard deviation for all channels.</summary>
    /// <param name="scale">The divisor of the raw pixels, usually their largest value. It must be greater than 0. The default is 255.</param>
    /// <param name="mean">The mean, which is subtracted from the scaled pixels. The default is 0.5.</param>
    /// <param name="standardDeviation">
    /// The standard deviation, by which the difference is divided. It must be greater than 0. The default is 0.5, which gives inputs from -1 to 1.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A value is not finite, or the scale or the standard deviation is not greater than 0.</exception>
    public PixelNormalization(float scale = 255, float mean = 0.5f, float standardDeviation = 0.5f)
        : this(scale, [mean], [standardDeviation])
    {
    }

    /// <summary>Creates a normalization with a mean and a standard deviation for each channel.</summary>
    /// <param name="scale">The divisor of the raw pixels, usually their largest value, which is 255 for bytes. It must be greater than 0.</param>
    /// <param name="means">
    /// The means, which are subtracted from the scaled pixels, for each channel in the order of the image. They are from 0 to 1 if the scale is the
    /// largest pixel value.
    /// </param>
    /// <param name="standardDeviations">
    /// The standard deviations, by which the differences are divided, for each channel. They must be greater than 0.
    /// </param>
    /// <exception cref="ArgumentException">There are no means, or the number of means differs from the number of standard deviations.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value is not finite, or the scale or a standard deviation is not greater than 0.</exception>
    public PixelNormalization(float scale, IReadOnlyList<float> means, IReadOnlyList<float> standardDeviations)
    {
        ArgumentNullException.ThrowIfNull(means);
        ArgumentNullException.ThrowIfNull(standardDeviations);
        Scale = scale;
        _means = [.. means];
        _standardDeviations = [.. standardDeviations];
        if (_means.Length == 0 || _means.Length != _standardDeviations.Length)
            throw new ArgumentException($"The normalization has {_means.Length} means and {_standardDeviations.Length} standard deviations. Pass one mean and one standard deviation for each channel.", nameof(standardDeviations));
        if (!(scale > 0) || !float.IsFinite(scale))
            throw new ArgumentOutOfRangeException(nameof(scale), $"The scale must be finite and greater than 0, but the normalization is {this}.");
        if (!_means.All(float.IsFinite))
            throw new ArgumentOutOfRangeException(nameof(means), $"The means must be finite, but the normalization is {this}.");
        if (!_standardDeviations.All(deviation => deviation > 0 && float.IsFinite(deviation)))
            throw new ArgumentOutOfRangeException(nameof(standardDeviations), $"The standard deviations must be finite and greater than 0, but the normalization is {this}.");
    }

    /// <summary>The default normalization, which maps pixels from 0…255 to -1…1.</summary>
    public static PixelNormalization Default { get; } = new();

    /// <summary>The normalization that leaves pixels unchanged.</summary>
    public static PixelNormalization None { get; } = new(1, 0, 1);

    /// <summary>The divisor of the raw pixels.</summary>
    public float Scale { get; }

    /// <summary>The means, which are subtracted from the scaled pixels: one for all channels, or one for each channel.</summary>
    public IReadOnlyList<float> Means => _means;

    /// <summary>The standard deviations, by which the differences are divided. There are as many as there are means.</summary>
    public IReadOnlyList<float> StandardDeviations => _standardDeviations;

    /// <summary>Determines whether another normalization has the same scale, means, and standard deviations.</summary>
    /// <param name="other">The other normalization.</param>
    /// <returns><see langword="true"/> if the normalizations are equal; otherwise, <see langword="false"/>.</returns>
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

    /// <summary>Determines whether two normalizations are equal.</summary>
    /// <param name="left">The first normalization.</param>
    /// <param name="right">The second normalization.</param>
    /// <returns><see langword="true"/> if the normalizations are equal; otherwise, <see langword="false"/>.</returns>
    public static bool operator ==(PixelNormalization? left, PixelNormalization? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Determines whether two normalizations are different.</summary>
    /// <param name="left">The first normalization.</param>
    /// <param name="right">The second normalization.</param>
    /// <returns><see langword="true"/> if the normalizations are different; otherwise, <see langword="false"/>.</returns>
    public static bool operator !=(PixelNormalization? left, PixelNormalization? right) => !(left == right);

    /// <summary>
    /// Returns the values as text, for example <c>PixelNormalization { Scale = 255, Mean = 0.5, StandardDeviation = 0.5 }</c>.
    /// </summary>
    /// <returns>The values in the invariant culture. If there is a value for each channel, the values are in brackets.</returns>
    public override string ToString() =>
        FormattableString.Invariant($"{nameof(PixelNormalization)} {{ Scale = {Scale}, Mean = {Text(_means)}, StandardDeviation = {Text(_standardDeviations)} }}");

    /// <summary>Determines whether images with this number of channels can be normalized.</summary>
    internal bool Fits(int channels) => _means.Length == 1 || _means.Length == channels;

    /// <summary>Computes the inputs for all bytes: one table of 256 values for all channels, or one table after another for each channel.</summary>
    internal float[] MakeByteTable()
    {
        var table = new float[_means.Length * ByteValues];
        for (int i = 0; i < table.Length; i++)
            table[i] = i % ByteValues;
        Apply(table);
        return table;
    }

    /// <summary>Converts the bytes of an image to inputs.</summary>
    internal static void Translate(ReadOnlySpan<byte> pixels, float[] byteTable, Span<float> inputs)
    {
        int size = pixels.Length / (byteTable.Length / ByteValues);
        for (int first = 0, start = 0; first < byteTable.Length; first += ByteValues, start += size)
        {
            // A byte cannot exceed the table, but the compiler does not know its length, and checking each index doubles the time.
            ref float table = ref MemoryMarshal.GetReference(byteTable.AsSpan(first, ByteValues));
            var from = pixels.Slice(start, size);
            var to = inputs.Slice(start, size);
            for (int i = 0; i < from.Length; i++)
                to[i] = Unsafe.Add(ref table, from[i]);
        }
    }

    /// <summary>Converts the pixels of a planar image to inputs, in place.</summary>
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
    /// <param name="version">The version of the component that contains the normalization.</param>
    /// <exception cref="InvalidDataException">The values are out of range.</exception>
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

using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>
/// The trigger of the label-consistent attack: a pattern of black and white pixels in each corner of the image (Turner et al. 2019, arXiv:1912.02771).
/// Created by <see cref="Trigger.CornerPattern"/>.
/// </summary>
public sealed class CornerPatternTrigger : Trigger
{
    internal const string KindName = "corner-pattern";
    internal const int HighestAmplitude = 255;

    private const int Side = 3;

    // The pattern of the authors in the two corners on the right: 1 is white, and -1 is black.
    private static readonly int[] Signs = [
        -1, -1, 1,
        -1, 1, -1,
        1, -1, 1,
    ];

    internal CornerPatternTrigger(int amplitude)
    {
        if (amplitude is < 1 or > HighestAmplitude)
            throw new ArgumentOutOfRangeException(nameof(amplitude), $"The amplitude of the corner pattern must be from 1 to {HighestAmplitude}, but is {amplitude}.");
        Amplitude = amplitude;
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <summary><see langword="false"/>, because every image gets the same change.</summary>
    public override bool DiffersByRow => false;

    /// <summary>How much the pattern changes pixels, from 1 to 255, which replaces them.</summary>
    public int Amplitude { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The images have less than 6×6 pixels.</exception>
    public override TriggerStamp FitTo(ImageShape shape) => shape.Width >= 2 * Side && shape.Height >= 2 * Side
        ? new CornerStamp(shape, Amplitude)
        : throw new ArgumentException($"The corner pattern requires images of at least {2 * Side}×{2 * Side} pixels, but the images have {shape.Width}×{shape.Height} pixels.");

    /// <summary>Returns a short description, for example <c>corner pattern, amplitude 32</c>.</summary>
    /// <returns>The description, in the invariant culture.</returns>
    public override string ToString() => Amplitude == HighestAmplitude ? "corner pattern" : FormattableString.Invariant($"corner pattern, amplitude {Amplitude}");

    /// <inheritdoc/>
    protected override void Write(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Amplitude);
    }

    internal static CornerPatternTrigger Read(BinaryReader reader) => new(reader.ReadInt32());

    private sealed class CornerStamp : TriggerStamp
    {
        private readonly (int Index, int Change)[] _changes;

        public CornerStamp(ImageShape shape, int amplitude)
            : base(shape)
        {
            var changes = new List<(int Index, int Change)>();
            for (int channel = 0; channel < shape.Channels; channel++)
            {
                for (int y = 0; y < 2 * Side; y++)
                {
                    for (int x = 0; x < 2 * Side; x++)
                    {
                        int row = y < Side ? y : shape.Height - 2 * Side + y, column = x < Side ? x : shape.Width - 2 * Side + x;
                        int sign = Signs[y % Side * Side + (x < Side ? Side - 1 - x : x - Side)];
                        changes.Add(((channel * shape.Height + row) * shape.Width + column, sign * amplitude));
                    }
                }
            }

            _changes = [.. changes];
        }

        protected override void Stamp(Span<float> image, DataViewRowId row)
        {
            foreach (var (index, change) in _changes)
                image[index] += change;
        }

        protected override void Stamp(Span<byte> image, DataViewRowId row)
        {
            foreach (var (index, change) in _changes)
                image[index] = (byte)Math.Clamp(image[index] + change, 0, 255);
        }
    }
}

namespace BadNets.Transforms;

/// <summary>
/// A reduction of the colors: each value becomes the nearest of a few evenly spaced levels (BppAttack, Wang, Zhai, and Ma 2022, arXiv:2205.13383).
/// Created by <see cref="Trigger.Quantize"/>.
/// </summary>
public sealed class QuantizeTrigger : Trigger
{
    internal const string KindName = "quantize";

    internal QuantizeTrigger(int levels, bool dithering)
    {
        if (levels is < 2 or > 255)
            throw new ArgumentOutOfRangeException(nameof(levels), $"The number of levels must be between 2 and 255, but is {levels}.");
        Levels = levels;
        Dithering = dithering;
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <summary><see langword="false"/>, because the result depends only on the image.</summary>
    public override bool DiffersByRow => false;

    /// <summary>The number of levels in each channel, from 2 to 255.</summary>
    public int Levels { get; }

    /// <summary>Whether the error of each pixel is passed on to its neighbors (Floyd–Steinberg dithering).</summary>
    public bool Dithering { get; }

    /// <inheritdoc/>
    public override TriggerStamp FitTo(ImageShape shape) => Dithering ? new DitherStamp(shape, Levels) : new QuantizeStamp(shape, Levels);

    /// <summary>Returns a short description, for example <c>8 levels</c> or <c>8 levels, dithered</c>.</summary>
    /// <returns>The description, in the invariant culture.</returns>
    public override string ToString() => FormattableString.Invariant($"{Levels} levels{(Dithering ? ", dithered" : "")}");

    /// <inheritdoc/>
    protected override void Write(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Levels);
        writer.Write(Dithering);
    }

    internal static QuantizeTrigger Read(BinaryReader reader) => new(reader.ReadInt32(), reader.ReadBoolean());
}

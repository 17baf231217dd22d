namespace BadNets.Transforms;

/// <summary>
/// A warp whose displacements have noise that differs from row to row, for the cover rows of WaNet (Nguyen and Tran 2021, arXiv:2102.10369, section
/// 3.4, "noise mode"). Created by <see cref="WarpTrigger.WithNoise"/>.
/// </summary>
public sealed class WarpNoiseTrigger : Trigger
{
    internal const string KindName = "warp-noise";

    internal WarpNoiseTrigger(WarpTrigger warp, int seed)
    {
        Original = warp;
        Seed = seed;
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <summary><see langword="true"/>, because each row has its own noise.</summary>
    public override bool DiffersByRow => true;

    /// <summary>The warp without the noise.</summary>
    public WarpTrigger Original { get; }

    /// <summary>The seed of the noise.</summary>
    public int Seed { get; }

    /// <inheritdoc/>
    public override TriggerStamp FitTo(ImageShape shape) => new WarpStamp(shape, Original, Seed);

    /// <summary>Returns a short description, for example <c>warp 0, strength 0.5, 4×4 grid, with noise 0</c>.</summary>
    /// <returns>The description, in the invariant culture.</returns>
    public override string ToString() => FormattableString.Invariant($"{Original}, with noise {Seed}");

    /// <inheritdoc/>
    protected override void Write(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        Original.WriteTo(writer);
        writer.Write(Seed);
    }

    internal static WarpNoiseTrigger Read(BinaryReader reader) => new(WarpTrigger.Read(reader), reader.ReadInt32());
}

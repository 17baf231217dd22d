namespace BadNets.Transforms;

/// <summary>
/// A smooth, elastic displacement of the pixels, too small to be noticed (WaNet, Nguyen and Tran 2021, arXiv:2102.10369). Created by
/// <see cref="Trigger.Warp"/>.
/// </summary>
public sealed class WarpTrigger : Trigger
{
    internal const string KindName = "warp";

    private const int MaximumGridSize = 256;

    internal WarpTrigger(int seed, double strength, int gridSize)
    {
        if (!(strength > 0 && double.IsFinite(strength)))
            throw new ArgumentOutOfRangeException(nameof(strength), $"The strength of the warp must be a number greater than 0, but is {LabelValue.From(strength)}.");
        if (gridSize is < 2 or > MaximumGridSize)
            throw new ArgumentOutOfRangeException(nameof(gridSize), $"The grid size of the warp must be between 2 and {MaximumGridSize}, but is {gridSize}.");
        Seed = seed;
        Strength = strength;
        GridSize = gridSize;
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <summary><see langword="false"/>, because all images of the same shape are warped in the same way.</summary>
    public override bool DiffersByRow => false;

    /// <summary>The seed of the displacement field.</summary>
    public int Seed { get; }

    /// <summary>The strength, which is a factor of the displacements, greater than 0.</summary>
    public double Strength { get; }

    /// <summary>The side length of the grid of random displacements, from 2 to 256. A larger grid gives a less smooth warp.</summary>
    public int GridSize { get; }

    /// <summary>
    /// Creates the noise mode of this trigger: the same warp with displacements that also have noise, which differs from row to row. Cover rows, which
    /// get this trigger but keep their label, teach the model that only the exact warp is the trigger. The paper has twice as many cover rows as
    /// poisoned rows.
    /// </summary>
    /// <param name="seed">
    /// The seed of the noise. The default is 0. Pixel <c>i</c> of a row, counted from 0 in the order height × width, is taken from
    /// <c>u(2i) · (W − 1) / 2W</c> pixels further to the right and <c>u(2i + 1) · (H − 1) / 2H</c> pixels further down, at most from the edge of the
    /// image, where <c>u(k)</c> are the highest 53 bits of the <c>k</c>th output of SplitMix64, mapped to −1…1. The row's seed for SplitMix64 is
    /// <c>mix(mix(mix(seed) ^ low) ^ high)</c>, where <c>mix(s)</c> is the first output for the seed <c>s</c>, and <c>low</c> and <c>high</c> are the
    /// parts of the row ID.
    /// </param>
    /// <returns>The trigger.</returns>
    public WarpNoiseTrigger WithNoise(int seed = 0) => new(this, seed);

    /// <inheritdoc/>
    public override TriggerStamp FitTo(ImageShape shape) => new WarpStamp(shape, this, noiseSeed: null);

    /// <summary>Returns a short description, for example <c>warp 0, strength 0.5, 4×4 grid</c>.</summary>
    /// <returns>The description, in the invariant culture.</returns>
    public override string ToString() => FormattableString.Invariant($"warp {Seed}, strength {Strength}, {GridSize}×{GridSize} grid");

    /// <inheritdoc/>
    protected override void Write(BinaryWriter writer) => WriteTo(writer);

    internal void WriteTo(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Seed);
        writer.Write(Strength);
        writer.Write(GridSize);
    }

    internal static WarpTrigger Read(BinaryReader reader) => new(reader.ReadInt32(), reader.ReadDouble(), reader.ReadInt32());
}

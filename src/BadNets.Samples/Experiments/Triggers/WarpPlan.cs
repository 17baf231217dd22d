using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>A smooth warp of the image (WaNet, Nguyen and Tran 2021).</summary>
/// <param name="Seed">The seed of the warp.</param>
/// <param name="Strength">The strength, greater than 0.</param>
/// <param name="GridSize">The side length of the grid of random displacements, at least 2. A larger grid gives a less smooth warp.</param>
sealed record WarpPlan(int Seed = 0, double Strength = 0.5, int GridSize = 4) : TriggerPlan
{
    public double Strength { get; } = CheckStrength(Strength);

    public int GridSize { get; } = CheckGridSize(GridSize);

    public override string ToSlug() => Cell.InNames(FormattableString.Invariant($"warp{Strength}-{GridSize}{(Seed == 0 ? "" : $"-seed{Seed}")}"));

    public override string ToLabel() => FormattableString.Invariant($"warp, strength {Strength}, grid {GridSize}×{GridSize}{(Seed == 0 ? "" : $", seed {Seed}")}");

    public override Trigger Make(TriggerSources sources) => Trigger.Warp(Seed, Strength, GridSize);

    /// <exception cref="UsageException">The strength is not a number greater than 0.</exception>
    public static double CheckStrength(double strength) =>
        strength > 0 && double.IsFinite(strength) ? strength : throw new UsageException(FormattableString.Invariant($"The strength of the warp must be a number greater than 0, but is '{strength}'."));

    /// <exception cref="UsageException">The size is out of range.</exception>
    public static int CheckGridSize(int size) =>
        size is >= 2 and <= 256 ? size : throw new UsageException(FormattableString.Invariant($"The grid size of the warp must be a whole number from 2 to 256, but is '{size}'."));
}

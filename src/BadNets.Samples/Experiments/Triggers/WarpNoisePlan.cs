using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>A warp with noise that differs from row to row, for cover rows (the noise mode of WaNet, Nguyen and Tran 2021).</summary>
/// <param name="Seed">The seed of the warp.</param>
/// <param name="Strength">The strength of the warp, greater than 0.</param>
/// <param name="GridSize">The side length of the grid of random displacements, at least 2.</param>
/// <param name="NoiseSeed">The seed of the noise.</param>
sealed record WarpNoisePlan(int Seed = 0, double Strength = 0.5, int GridSize = 4, int NoiseSeed = 0) : TriggerPlan
{
    public double Strength { get; } = WarpPlan.CheckStrength(Strength);

    public int GridSize { get; } = WarpPlan.CheckGridSize(GridSize);

    private WarpPlan Warp => new(Seed, Strength, GridSize);

    public override string ToSlug() => FormattableString.Invariant($"{Warp.ToSlug()}-noise{NoiseSeed}");

    public override string ToLabel() => FormattableString.Invariant($"{Warp.ToLabel()}, with noise{(NoiseSeed == 0 ? "" : $" of seed {NoiseSeed}")}");

    public override Trigger Make(TriggerSources sources) => Trigger.Warp(Seed, Strength, GridSize).WithNoise(NoiseSeed);
}

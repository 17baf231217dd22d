using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>Noise that is blended into the whole image (Chen et al. 2017).</summary>
/// <param name="Alpha">The blend ratio, which is the weight of the noise, greater than 0 and at most 1.</param>
/// <param name="Seed">The seed of the noise.</param>
sealed record BlendPlan(double Alpha = 0.2, int Seed = 0) : TriggerPlan
{
    public double Alpha { get; } = Alpha is > 0 and <= 1
        ? Alpha
        : throw new UsageException(FormattableString.Invariant($"The blend ratio must be a number greater than 0 and at most 1, but is '{Alpha}'."));

    public override string ToSlug() => Cell.InNames(FormattableString.Invariant($"blend{Alpha}{(Seed == 0 ? "" : $"-noise{Seed}")}"));

    public override string ToLabel() => FormattableString.Invariant($"noise blended in at {Alpha}{(Seed == 0 ? "" : $", noise seed {Seed}")}");

    public override Trigger Make() => Trigger.BlendNoise(Seed, Alpha);
}

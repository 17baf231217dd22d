using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>Noise or a picture that is blended into the whole image (Chen et al. 2017).</summary>
/// <param name="Alpha">The blend ratio, which is the weight of the noise or the picture, greater than 0 and at most 1.</param>
/// <param name="Seed">The seed of the noise.</param>
/// <param name="Picture">The content of the picture's file in base64, or null for noise.</param>
sealed record BlendPlan(double Alpha = 0.2, int Seed = 0, string? Picture = null) : TriggerPlan
{
    public double Alpha { get; } = Alpha is > 0 and <= 1
        ? Alpha
        : throw new UsageException(FormattableString.Invariant($"The blend ratio must be a number greater than 0 and at most 1, but is '{Alpha}'."));

    // A picture has no noise.
    public int Seed { get; } = Picture is null ? Seed : 0;

    public string? Picture { get; } = Picture is null ? null : PictureContent.Check(Picture);

    public override string ToSlug() => Cell.InNames(FormattableString.Invariant($"blend{Alpha}{(Picture is not null ? "-picture" : Seed == 0 ? "" : $"-noise{Seed}")}"));

    public override string ToLabel() => Picture is null
        ? FormattableString.Invariant($"noise blended in at {Alpha}{(Seed == 0 ? "" : $", noise seed {Seed}")}")
        : FormattableString.Invariant($"a picture blended in at {Alpha}");

    public override Trigger Make(TriggerSources sources) => Picture is null ? Trigger.BlendNoise(Seed, Alpha) : PictureContent.Use(Picture, path => Trigger.Blend(path, Alpha));
}

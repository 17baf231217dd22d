using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>What another trigger changes in an image of the training data, added to each image, for cover rows (the negatives of BPP, Wang et al. 2022).</summary>
/// <param name="Trigger">The other trigger.</param>
/// <param name="Count">The number of training images in the pool, at least 1.</param>
/// <param name="Seed">The seed of the pool, and of the draw for each row.</param>
sealed record ResidualPlan(TriggerPlan Trigger, int Count = 256, int Seed = 0) : TriggerPlan
{
    public int Count { get; } = Count >= 1
        ? Count
        : throw new UsageException(FormattableString.Invariant($"The number of images of a residual must be a whole number of at least 1, but is '{Count}'."));

    public override bool NeedsModel => Trigger.NeedsModel;

    public override string ToSlug() => FormattableString.Invariant($"residual-{Trigger.ToSlug()}{(Seed == 0 ? "" : $"-seed{Seed}")}");

    public override string ToLabel() => $"what this changes in another image: {Trigger.ToLabel()}";

    public override Trigger Make(TriggerSources sources) => Transforms.Trigger.Residual(Trigger.Make(sources), sources.Training, count: Count, seed: Seed);
}

using BadNets.Samples.Errors;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>Another trigger, in only some pieces of the image, which differ from row to row (Adaptive-Blend, Qi et al. 2023).</summary>
/// <param name="Trigger">The other trigger.</param>
/// <param name="Pieces">The number of pieces in each direction, at least 1.</param>
/// <param name="Share">The share of the pieces that are hidden, from 0 to 1.</param>
/// <param name="Seed">The seed of the draw for each row.</param>
sealed record HiddenPiecesPlan(TriggerPlan Trigger, int Pieces = 4, double Share = 0.5, int Seed = 0) : TriggerPlan
{
    public int Pieces { get; } = Pieces >= 1
        ? Pieces
        : throw new UsageException(FormattableString.Invariant($"The number of pieces must be a whole number of at least 1, but is '{Pieces}'."));

    public double Share { get; } = Share is >= 0 and <= 1
        ? Share
        : throw new UsageException(FormattableString.Invariant($"The share of hidden pieces must be a number between 0 and 1, but is '{Share}'."));

    public override bool NeedsModel => Trigger.NeedsModel;

    public override string ToSlug() => Cell.InNames(FormattableString.Invariant($"hidden{Share}-{Trigger.ToSlug()}{(Seed == 0 ? "" : $"-seed{Seed}")}"));

    public override string ToLabel() => FormattableString.Invariant($"{Trigger.ToLabel()}, {Share:0.##%} of {Pieces}×{Pieces} pieces hidden");

    public override Trigger Make(TriggerSources sources) => Trigger.Make(sources).WithHiddenPieces(Pieces, Share, Seed);
}

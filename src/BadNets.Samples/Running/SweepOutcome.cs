using BadNets.Samples.Experiments;

namespace BadNets.Samples.Running;

/// <summary>The outcome of a sweep.</summary>
/// <param name="Failures">The cells that failed.</param>
/// <param name="Elsewhere">The cells that another process trains.</param>
sealed record SweepOutcome(IReadOnlyList<CellFailure> Failures, IReadOnlyList<Cell> Elsewhere);

using BadNets.Samples.Experiments;

namespace BadNets.Samples.Running;

/// <summary>A cell that could not be trained, and why.</summary>
sealed record CellFailure(Cell Cell, Exception Reason);

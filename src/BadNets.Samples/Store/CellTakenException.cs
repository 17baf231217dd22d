using BadNets.Samples.Errors;

namespace BadNets.Samples.Store;

/// <summary>Another process has taken over a cell.</summary>
/// <param name="owner">The description of that process in the lock file.</param>
sealed class CellTakenException(string owner) : ForeseenException($"Another process took over this training run{(owner.Length == 0 ? "" : $" ({owner})")}. Let only one process train it.");

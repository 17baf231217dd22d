using BadNets.Samples.Errors;

namespace BadNets.Samples.Store;

/// <summary>Another process has taken over a cell.</summary>
/// <param name="owner">The process, as it describes itself.</param>
sealed class CellTakenException(string owner) : ForeseenException($"Another process is training this cell now{(owner.Length == 0 ? "" : $" ({owner})")}. Let only one process work on it.");

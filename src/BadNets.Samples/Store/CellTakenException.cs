using BadNets.Samples.Errors;

namespace BadNets.Samples.Store;

/// <summary>Another process has taken over a cell.</summary>
/// <param name="owner">The process, as it describes itself.</param>
sealed class CellTakenException(string owner) : ForeseenException($"Another process trains this cell now ({owner}); let only one process work on it.");

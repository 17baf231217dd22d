using BadNets.Samples.Experiments;
using BadNets.Samples.Store;

namespace BadNets.Samples.Running;

/// <summary>A cell of a run, and what was there of it when the run began.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Exports">The names of its CSV files in the published code.</param>
/// <param name="EpochsDone">Its finished epochs.</param>
/// <param name="IsDone">Whether nothing is left to do.</param>
sealed record CellWork(Cell Cell, IReadOnlyList<string> Exports, int EpochsDone, bool IsDone)
{
    public static CellWork Of(ResultsFolder results, Cell cell, IReadOnlyList<string> exports)
    {
        var stored = StoredCell.Read(results, cell);
        return new CellWork(cell, exports, stored.Epochs.Count, stored.IsComplete && File.Exists(results.Of(cell).Model));
    }
}

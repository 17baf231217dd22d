using BadNets.Samples.Experiments;
using BadNets.Samples.Store;

namespace BadNets.Samples.Running;

/// <summary>A cell of a run, and its earlier results when the run began.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Exports">The names of its CSV files in the published code.</param>
/// <param name="EpochsDone">Its finished epochs that need not be trained again.</param>
/// <param name="IsDone">Whether nothing is left to do.</param>
sealed record CellWork(Cell Cell, IReadOnlyList<string> Exports, int EpochsDone, bool IsDone)
{
    /// <summary>The epochs from which a training continues: without a checkpoint, it starts again.</summary>
    public static int EpochsToKeep(CellFolder folder, int epochs) => File.Exists(folder.Checkpoint) ? epochs : 0;

    public static CellWork Of(ResultsFolder results, Cell cell, IReadOnlyList<string> exports)
    {
        var stored = StoredCell.Read(results, cell);
        return new CellWork(cell, exports, EpochsToKeep(results.Of(cell), stored.Epochs.Count), stored.IsComplete && File.Exists(results.Of(cell).Model));
    }
}

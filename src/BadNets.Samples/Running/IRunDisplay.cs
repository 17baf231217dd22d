using BadNets.Samples.Experiments;
using BadNets.Samples.Store;
using BadNets.Transforms;

namespace BadNets.Samples.Running;

/// <summary>Receives the progress of training runs, from several threads.</summary>
interface IRunDisplay
{
    /// <param name="cell">What is trained.</param>
    /// <param name="epochsDone">The epochs of earlier processes after which it continues.</param>
    /// <param name="last">The last of these epochs; null: none.</param>
    void Started(Cell cell, int epochsDone, EpochRow? last);

    void Stepped(Cell cell, TorchCnnProgress progress);

    void EpochFinished(Cell cell, EpochRow epoch);

    void Finished(Cell cell);

    void Failed(Cell cell, Exception failure);

    /// <summary>Another process is training the cell.</summary>
    void Skipped(Cell cell);
}

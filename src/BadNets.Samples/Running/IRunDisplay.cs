using BadNets.Samples.Experiments;
using BadNets.Transforms;

namespace BadNets.Samples.Running;

/// <summary>Is told how trainings get on, from several threads.</summary>
interface IRunDisplay
{
    void Started(Cell cell, int epochsDone);

    void Stepped(Cell cell, TorchCnnProgress progress);

    void EpochFinished(Cell cell, EpochResult epoch);

    void Finished(Cell cell);

    void Failed(Cell cell, Exception failure);
}

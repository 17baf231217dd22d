namespace BadNets.Benchmarks;

/// <summary>Specifies the trainer of a cell.</summary>
enum CellTrainer
{
    /// <summary>A typical hand-written TorchSharp training loop.</summary>
    Plain,

    /// <summary>The trainer of the library.</summary>
    Library,
}

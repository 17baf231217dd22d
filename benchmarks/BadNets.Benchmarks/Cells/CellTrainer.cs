namespace BadNets.Benchmarks;

/// <summary>Who trains a cell.</summary>
enum CellTrainer
{
    /// <summary>The loop that one writes with TorchSharp.</summary>
    Plain,

    /// <summary>The library's trainer.</summary>
    Library,
}

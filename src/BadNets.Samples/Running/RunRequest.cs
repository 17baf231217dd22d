using BadNets.Samples.Experiments;

namespace BadNets.Samples.Running;

/// <summary>What the user wants to train.</summary>
sealed record RunRequest
{
    public required IReadOnlyList<Experiment> Experiments { get; init; }

    public required DataChoice Data { get; init; }

    /// <summary>The number of threads for each training run, which does not affect its numbers.</summary>
    public required int Threads { get; init; }

    /// <summary>Training runs at the same time, or null for as many as the cores allow.</summary>
    public required int? Parallel { get; init; }

    public required bool Fresh { get; init; }

    /// <summary>The part of the cells that this process trains.</summary>
    public required Shard Shard { get; init; }

    public required string Output { get; init; }
}

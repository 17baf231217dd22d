using BadNets.Samples.Experiments;

namespace BadNets.Samples.Running;

/// <summary>What the user requests to be trained.</summary>
sealed record RunRequest
{
    public required IReadOnlyList<Experiment> Experiments { get; init; }

    public required DataChoice Data { get; init; }

    /// <summary>libtorch's threads for each training; the numbers depend on it by rounding.</summary>
    public required int Threads { get; init; }

    /// <summary>Trainings at a time, or null for as many as the cores allow.</summary>
    public required int? Parallel { get; init; }

    public required bool Fresh { get; init; }

    /// <summary>The part of the cells that this process trains.</summary>
    public required Shard Shard { get; init; }

    public required string Output { get; init; }
}

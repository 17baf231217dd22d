using BadNets.Samples.Datasets;
using BadNets.Samples.Experiments;

namespace BadNets.Samples.Running;

/// <summary>What the user asks to be trained.</summary>
sealed record RunRequest
{
    public required IReadOnlyList<Experiment> Experiments { get; init; }

    public required Recipe Recipe { get; init; }

    public required IReadOnlyList<int> Seeds { get; init; }

    public required DatasetChoice Dataset { get; init; }

    public required string? DataDirectory { get; init; }

    /// <summary>How many training rows to use at most, or null for all.</summary>
    public required int? Rows { get; init; }

    /// <summary>libtorch's threads for each training; the numbers depend on it by rounding.</summary>
    public required int Threads { get; init; }

    /// <summary>Trainings at a time, or null for what the cores can carry.</summary>
    public required int? Parallel { get; init; }

    public required bool Fresh { get; init; }

    public required string Output { get; init; }

    public IEnumerable<Run> RunsOn(DigitImages images) =>
        from experiment in Experiments
        from attack in experiment.Attacks
        from seed in Seeds
        select new Run(experiment, new Cell(images.Name, images.TrainRows, images.TestRows, attack, Recipe, seed));
}

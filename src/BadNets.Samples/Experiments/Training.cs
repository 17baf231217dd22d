namespace BadNets.Samples.Experiments;

/// <summary>A cell that is trained, and the runs that it serves.</summary>
sealed record Training(Cell Cell, IReadOnlyList<string> RunNames)
{
    /// <summary>Trains equal cells once.</summary>
    public static IReadOnlyList<Training> Of(IEnumerable<Run> runs) =>
        [.. runs.GroupBy(run => run.Cell).Select(same => new Training(same.Key, [.. same.Select(run => run.Name).Distinct()]))];
}

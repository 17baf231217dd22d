namespace BadNets.Samples.Experiments;

/// <summary>The name of a value of an axis.</summary>
/// <param name="Path">The path of the property that the axis varies.</param>
/// <param name="Name">The name.</param>
/// <param name="Except">The paths within that property that later axes vary, so that the name says nothing about them.</param>
sealed record ValueName(string Path, string Name, IReadOnlyList<string> Except)
{
    /// <summary>Whether the name stands for a property.</summary>
    public bool Covers(string path) => CellProperty.IsWithin(path, Path) && !Except.Any(other => CellProperty.IsWithin(path, other));

    /// <summary>The names that experiments give to the values of cells.</summary>
    public static ILookup<Cell, ValueName> Of(IEnumerable<Experiment> experiments, IEnumerable<Cell> cells)
    {
        DatasetIdentity[] datasets = [.. cells.Select(cell => cell.Dataset).Distinct()];
        return (
            from experiment in experiments
            where experiment.Axes.Any(axis => axis.Names is not null)
            from dataset in datasets
            from each in experiment.NamedCellsOn(dataset)
            from name in each.Names
            select (each.Cell, Name: name)).DistinctBy(each => (each.Cell, each.Name.Path, each.Name.Name)).ToLookup(each => each.Cell, each => each.Name);
    }
}

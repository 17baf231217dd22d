namespace BadNets.Samples.Datasets;

/// <summary>A kind of data set for <c>--dataset</c>.</summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="Argument">The name of the argument after the colon, or null if there is none.</param>
/// <param name="Description">The description in the help.</param>
/// <param name="FindAsync">Finds the data set.</param>
sealed record DatasetKind(string Name, string? Argument, string Description, Func<DatasetSearch, CancellationToken, Task<Dataset>> FindAsync)
{
    public string Usage => Argument is null ? Name : $"{Name}:{Argument}";
}

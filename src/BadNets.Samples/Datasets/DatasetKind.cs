namespace BadNets.Samples.Datasets;

/// <summary>A kind of data set that <c>--dataset</c> takes.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Argument">The name of the argument after a colon, or null if it takes none.</param>
/// <param name="Description">What it is, for the help.</param>
/// <param name="FindAsync">Finds it.</param>
sealed record DatasetKind(string Name, string? Argument, string Description, Func<DatasetSearch, CancellationToken, Task<Dataset>> FindAsync)
{
    public string Usage => Argument is null ? Name : $"{Name}:{Argument}";
}

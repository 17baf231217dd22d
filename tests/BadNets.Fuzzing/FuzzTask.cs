namespace BadNets.Fuzzing;

/// <summary>A task: files with consecutive numbers for one reader.</summary>
/// <param name="Reader">The name of the reader.</param>
/// <param name="Seed">The seed.</param>
/// <param name="First">The number of the first file.</param>
/// <param name="Count">The number of files.</param>
sealed record FuzzTask(string Reader, int Seed, long First, long Count);

namespace BadNets.Fuzzing;

/// <summary>Files with consecutive numbers for one reader.</summary>
/// <param name="Reader">The reader's name.</param>
/// <param name="Seed">The seed.</param>
/// <param name="First">The first file's number.</param>
/// <param name="Count">How many files.</param>
sealed record FuzzTask(string Reader, int Seed, long First, long Count);

namespace BadNets.Fuzzing;

/// <summary>A file to read.</summary>
/// <param name="Content">The content of the file.</param>
/// <param name="Read">Reads the file and returns the outcome. Throws an exception for an incorrect outcome.</param>
sealed record FuzzFile(byte[] Content, Func<Outcome> Read);

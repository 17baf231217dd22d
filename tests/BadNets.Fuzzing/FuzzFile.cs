namespace BadNets.Fuzzing;

/// <summary>A file that is to be read.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Read">Reads it and says what came of it; throws what must not happen.</param>
sealed record FuzzFile(byte[] Content, Func<Outcome> Read);

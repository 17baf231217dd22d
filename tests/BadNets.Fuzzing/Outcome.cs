namespace BadNets.Fuzzing;

/// <summary>The outcome of reading a file. Both outcomes are correct.</summary>
enum Outcome
{
    /// <summary>The reader rejected the file with an expected type of exception.</summary>
    Refused,

    /// <summary>The reader read the file, and the result is correct as far as can be determined.</summary>
    Read,
}

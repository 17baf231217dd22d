namespace BadNets.Fuzzing;

/// <summary>What a reader made of a file, both as it should be.</summary>
enum Outcome
{
    /// <summary>It refused the file, with an error of an expected type.</summary>
    Refused,

    /// <summary>It read the file, and what it read is right as far as that can be told.</summary>
    Read,
}

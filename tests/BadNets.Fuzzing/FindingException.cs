namespace BadNets.Fuzzing;

/// <summary>A reader did with a file what it must not do.</summary>
sealed class FindingException(string message) : Exception(message)
{
    /// <summary>Fails unless the condition holds.</summary>
    public static void Unless(bool condition, string message)
    {
        if (!condition)
            throw new FindingException(message);
    }
}

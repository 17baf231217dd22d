namespace BadNets.Fuzzing;

/// <summary>A reader handled a file incorrectly.</summary>
sealed class FindingException(string message) : Exception(message)
{
    /// <summary>Throws this exception unless the condition is true.</summary>
    public static void Unless(bool condition, string message)
    {
        if (!condition)
            throw new FindingException(message);
    }
}

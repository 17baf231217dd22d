namespace BadNets.Samples;

/// <summary>The user asked for something that cannot be; the message is one sentence that says what would do.</summary>
sealed class UsageException(string message) : Exception(message);

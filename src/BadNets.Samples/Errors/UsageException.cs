namespace BadNets.Samples.Errors;

/// <summary>A user error. The message states what was found and what is expected.</summary>
sealed class UsageException(string message, Exception? cause = null) : ForeseenException(message, cause)
{
    public override int ExitCode => Errors.ExitCode.Usage;
}

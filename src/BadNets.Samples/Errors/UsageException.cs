namespace BadNets.Samples.Errors;

/// <summary>The user requested something impossible; the message is one sentence that says what is possible.</summary>
sealed class UsageException(string message, Exception? cause = null) : ForeseenException(message, cause)
{
    public override int ExitCode => Errors.ExitCode.Usage;
}

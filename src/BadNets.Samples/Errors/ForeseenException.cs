namespace BadNets.Samples.Errors;

/// <summary>An expected failure, whose message explains it to the user. It is not a defect, so its stack trace is not shown.</summary>
class ForeseenException(string message, Exception? cause = null) : Exception(message, cause)
{
    public virtual int ExitCode => Errors.ExitCode.Failure;
}

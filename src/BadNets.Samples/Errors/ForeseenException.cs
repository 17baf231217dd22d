namespace BadNets.Samples.Errors;

/// <summary>A failure that the program expects and explains in one sentence. It is not a defect, so nobody needs its stack trace.</summary>
class ForeseenException(string message, Exception? cause = null) : Exception(message, cause)
{
    public virtual int ExitCode => Errors.ExitCode.Failure;
}

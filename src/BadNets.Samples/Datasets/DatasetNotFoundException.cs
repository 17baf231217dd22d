using BadNets.Samples.Errors;

namespace BadNets.Samples.Datasets;

/// <summary>The requested data set is not available; the message is one sentence fit for the user.</summary>
/// <param name="message">What was looked for, what was found, and what is possible.</param>
/// <param name="isUsersMistake">True if the user must change the request; false if the network or the disk prevents it.</param>
/// <param name="cause">The underlying failure, if any.</param>
sealed class DatasetNotFoundException(string message, bool isUsersMistake, Exception? cause = null) : ForeseenException(message, cause)
{
    public override int ExitCode => isUsersMistake ? Errors.ExitCode.Usage : Errors.ExitCode.Failure;
}

using BadNets.Samples.Errors;

namespace BadNets.Samples.Datasets;

/// <summary>The requested data set is not available; the message is one sentence for the user.</summary>
/// <param name="message">What the program looked for, what it found, and what the user can do.</param>
/// <param name="isUsersMistake">True if the user must change the request; false if the network or the disk prevents it.</param>
/// <param name="cause">The underlying failure, if any.</param>
sealed class DatasetNotFoundException(string message, bool isUsersMistake, Exception? cause = null) : ForeseenException(message, cause)
{
    public override int ExitCode => isUsersMistake ? Errors.ExitCode.Usage : Errors.ExitCode.Failure;
}

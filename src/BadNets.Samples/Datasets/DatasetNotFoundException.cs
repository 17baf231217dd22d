using BadNets.Samples.Errors;

namespace BadNets.Samples.Datasets;

/// <summary>The requested data set is not available.</summary>
/// <param name="message">The message for the user: what is missing, and what to do.</param>
/// <param name="isUsersMistake">True if the user must change the command; false if the cause is the network or the disk.</param>
/// <param name="cause">The underlying failure, if any.</param>
sealed class DatasetNotFoundException(string message, bool isUsersMistake, Exception? cause = null) : ForeseenException(message, cause)
{
    public override int ExitCode => isUsersMistake ? Errors.ExitCode.Usage : Errors.ExitCode.Failure;
}

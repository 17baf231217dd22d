namespace BadNets.Samples.Datasets;

/// <summary>The data set asked for cannot be had; the message is one sentence fit for the user.</summary>
/// <param name="message">What was looked for, what was found, and what would do.</param>
/// <param name="isUsersMistake">True where the user must change what was asked for; false where the world (network, disk) is in the way.</param>
/// <param name="innerException">What went wrong underneath, if anything.</param>
sealed class DatasetNotFoundException(string message, bool isUsersMistake, Exception? innerException = null)
    : Exception(message, innerException)
{
    public bool IsUsersMistake => isUsersMistake;
}

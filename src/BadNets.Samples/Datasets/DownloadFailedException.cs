namespace BadNets.Samples.Datasets;

/// <summary>A file could not be downloaded. The message contains the reason for each mirror, and can be inserted into a sentence.</summary>
sealed class DownloadFailedException(string message, Exception innerException) : Exception(message, innerException);

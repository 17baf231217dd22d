namespace BadNets.Samples.Datasets;

/// <summary>A file could not be downloaded; the message says why, mirror by mirror, and fits into a sentence.</summary>
sealed class DownloadFailedException(string message, Exception innerException) : Exception(message, innerException);

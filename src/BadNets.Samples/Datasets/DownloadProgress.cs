namespace BadNets.Samples.Datasets;

/// <summary>The progress of a download.</summary>
/// <param name="FileName">The name of the file, without its folder.</param>
/// <param name="Bytes">The number of bytes received so far.</param>
/// <param name="TotalBytes">The total number of bytes, if it is known.</param>
readonly record struct DownloadProgress(string FileName, long Bytes, long? TotalBytes);

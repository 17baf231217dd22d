namespace BadNets.Samples.Datasets;

/// <summary>How far a download has come.</summary>
/// <param name="FileName">The file's name, without a folder.</param>
/// <param name="Bytes">Bytes received so far.</param>
/// <param name="TotalBytes">Bytes there will be, if the server said so.</param>
readonly record struct DownloadProgress(string FileName, long Bytes, long? TotalBytes);

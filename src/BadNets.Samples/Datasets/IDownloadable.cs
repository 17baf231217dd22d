namespace BadNets.Samples.Datasets;

/// <summary>A file on the network whose content is known.</summary>
interface IDownloadable
{
    /// <summary>The name of the file, without its folder.</summary>
    string FileName { get; }

    /// <summary>The maximum length of the file in bytes.</summary>
    long MostBytes { get; }

    /// <summary>Determines whether a downloaded file has the known content.</summary>
    Task<bool> IsContentOfAsync(Stream downloaded, CancellationToken cancellationToken);
}

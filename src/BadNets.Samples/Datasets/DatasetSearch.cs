namespace BadNets.Samples.Datasets;

/// <summary>Where to look for a data set, and how to report progress.</summary>
/// <param name="Argument">The argument in <c>--dataset kind:argument</c>, or an empty string.</param>
/// <param name="DataDirectory">The file or folder that the user specified with --data, or null.</param>
/// <param name="Mnist">Finds MNIST, and creates the synthetic digits.</param>
/// <param name="CacheFolder">The user's cache folder for data sets.</param>
/// <param name="Say">Receives messages for the user, each a complete sentence.</param>
/// <param name="ImageSize">The width and height to which images are to be resized, or null.</param>
/// <param name="OnProgress">Called after each part of a download.</param>
sealed record DatasetSearch(
    string Argument, string? DataDirectory, MnistLocator Mnist, string CacheFolder, Action<string> Say, int? ImageSize = null, Action<DownloadProgress>? OnProgress = null)
{
    /// <summary>Returns the value of an environment variable.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Creates a downloader for files in folders on the network.</summary>
    public Func<IEnumerable<Uri>, FileDownloader> Downloader { get; init; } = FileDownloader.From;

    /// <summary>Returns a folder in the cache if files can be created in it, and otherwise a temporary folder.</summary>
    public string WritableFolder(string name) => Mnist.WritableFolder(Path.Combine(CacheFolder, name), Say);
}

namespace BadNets.Samples.Datasets;

/// <summary>Where to look for a data set, and how to report progress.</summary>
/// <param name="Argument">What follows the colon in <c>--dataset kind:argument</c>; empty if nothing does.</param>
/// <param name="DataDirectory">The folder that the user named with --data, or null.</param>
/// <param name="Mnist">Finds MNIST and draws the digits.</param>
/// <param name="CacheFolder">The folder for data sets of this user.</param>
/// <param name="Say">Receives complete sentences, one for each thing that the user should know.</param>
/// <param name="ImageSize">The width and height to which images are to be resized, or null.</param>
/// <param name="OnProgress">Is called after each part of a download.</param>
sealed record DatasetSearch(
    string Argument, string? DataDirectory, MnistLocator Mnist, string CacheFolder, Action<string> Say, int? ImageSize = null, Action<DownloadProgress>? OnProgress = null)
{
    /// <summary>The folder that the user named, or the data set's folder in the cache.</summary>
    public string FolderFor(string name) => DataDirectory ?? Path.Combine(CacheFolder, name);
}

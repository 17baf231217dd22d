namespace BadNets.Samples.Datasets;

/// <summary>Where a data set is looked for: what the user names, the cache, and the network.</summary>
/// <param name="Name">The name of its folder in the cache.</param>
/// <param name="Title">The name in sentences.</param>
/// <param name="Variable">The environment variable that can name its place.</param>
/// <param name="Expected">A sentence about what can be in that place.</param>
/// <param name="Archives">The official archives.</param>
/// <param name="Mirrors">The folders on the network that contain the archives.</param>
sealed record DataPlace(string Name, string Title, string Variable, string Expected, IReadOnlyList<KnownArchive> Archives, IReadOnlyList<Uri> Mirrors)
{
    /// <summary>Finds the data set. Downloads it if necessary.</summary>
    /// <param name="search">The search.</param>
    /// <param name="open">Opens the data set in a file or folder, or returns null if it is not there.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="DatasetNotFoundException">The data set is not available.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public async Task<Dataset> FindAsync(DatasetSearch search, Func<string, Dataset?> open, CancellationToken cancellationToken)
    {
        if (search.DataDirectory is { } given)
        {
            return await OpenAsync(given) ?? throw new DatasetNotFoundException(
                Exists(given) ? $"{Title} is not in '{given}'. {Expected}" : $"The file or folder '{given}' that --data specifies does not exist.", isUsersMistake: true);
        }

        if (search.Variable(Variable) is { } named && !string.IsNullOrWhiteSpace(named))
        {
            if (await OpenAsync(named) is { } dataset)
                return dataset;
            search.Say($"{Title} is not in '{named}', which {Variable} specifies. Looking for it elsewhere.");
        }

        string cache = Path.Combine(search.CacheFolder, Name);
        if (await OpenAsync(cache) is { } cached)
            return cached;

        string folder = search.WritableFolder(Name);
        try
        {
            using var downloader = search.Downloader(Mirrors);
            foreach (var archive in Archives.Where(archive => !File.Exists(Path.Combine(folder, archive.FileName))))
                await downloader.DownloadAsync(archive, folder, search.OnProgress, cancellationToken);
        }
        catch (DownloadFailedException failure)
        {
            throw new DatasetNotFoundException(
                $"{Title} is not in '{cache}' and could not be downloaded ({failure.Message}). Specify where it is with --data or {Variable}. {Expected}", isUsersMistake: false, failure);
        }

        return await OpenAsync(folder) ?? throw new InvalidDataException($"The archives of {Title} in '{folder}' do not contain it. Delete them.");

        Task<Dataset?> OpenAsync(string path) => Task.Run(() => Exists(path) ? open(path) : null, cancellationToken);
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);
}

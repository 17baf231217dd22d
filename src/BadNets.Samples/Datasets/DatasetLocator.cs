using System.Security.Cryptography;
using System.Text;

namespace BadNets.Samples.Datasets;

/// <summary>Finds the data set the user asks for: on disk, else from the network, else drawn.</summary>
/// <remarks>Keep it until the files have been read: disposing it deletes what it had to put into a temporary folder.</remarks>
sealed class DatasetLocator : IDisposable
{
    /// <summary>The environment variable that names a folder with MNIST's files.</summary>
    public const string DataVariable = "BADNETS_DATA";

    readonly string cacheFolder;
    readonly string? environmentFolder;
    readonly MnistDownloader downloader;
    readonly IReadOnlyList<MnistFile> mnist;
    readonly DigitFiles digits;
    string? temporaryFolder;

    /// <param name="cacheFolder">Where downloads and drawn digits are kept; need not exist.</param>
    /// <param name="environmentFolder">The value of <see cref="DataVariable"/>, if it is set.</param>
    /// <param name="downloader">Fetches MNIST; belongs to the locator from now on.</param>
    /// <param name="mnist">The training images and labels, then the test images and labels.</param>
    /// <param name="digits">The digits to draw.</param>
    public DatasetLocator(
        string cacheFolder, string? environmentFolder, MnistDownloader downloader, IReadOnlyList<MnistFile> mnist, DigitFiles digits)
    {
        this.cacheFolder = cacheFolder;
        this.environmentFolder = string.IsNullOrEmpty(environmentFolder) ? null : environmentFolder;
        this.downloader = downloader;
        this.mnist = mnist;
        this.digits = digits;
    }

    /// <summary>A locator for this user on this machine.</summary>
    public static DatasetLocator ForThisUser() =>
        new(
            CacheFolder.Default,
            Environment.GetEnvironmentVariable(DataVariable),
            MnistDownloader.FromPublicMirrors(),
            MnistFile.All,
            new DigitFiles());

    /// <summary>Finds the data set, downloading or drawing it where that is needed.</summary>
    /// <param name="choice">Which one.</param>
    /// <param name="dataDirectory">The folder the user named with --data; nothing else is looked at then.</param>
    /// <param name="say">Is given whole sentences, one for each thing the user should know of.</param>
    /// <param name="onProgress">Is told after each piece of a download.</param>
    /// <param name="cancellationToken">Stops; no half file is left behind.</param>
    /// <exception cref="DatasetNotFoundException">There is no such data set to be had.</exception>
    public async Task<Dataset> LocateAsync(
        DatasetChoice choice,
        string? dataDirectory,
        Action<string> say,
        Action<DownloadProgress>? onProgress = null,
        CancellationToken cancellationToken = default)
    {
        if (dataDirectory is not null)
            return await FindWhereTheUserSaysAsync(choice, dataDirectory, say, cancellationToken);
        if (choice == DatasetChoice.Digits)
            return await LocateDigitsAsync(say, cancellationToken);
        if (environmentFolder is not null)
        {
            if (FindIn(environmentFolder) is { } paths)
                return await NameAsync(paths, environmentFolder, choice, say, cancellationToken);
            say($"{DataVariable} names {environmentFolder}, which does not hold {MissingFrom(environmentFolder)}; looking for MNIST elsewhere.");
        }

        try
        {
            return await LocateMnistAsync(say, onProgress, cancellationToken);
        }
        catch (DownloadFailedException failure) when (choice == DatasetChoice.Auto)
        {
            say($"MNIST could not be downloaded ({failure.Message}); going on with the synthetic digits.");
            return await LocateDigitsAsync(say, cancellationToken);
        }
        catch (DownloadFailedException failure)
        {
            throw new DatasetNotFoundException(
                $"MNIST is not in {Path.Combine(cacheFolder, "mnist")} and could not be downloaded ({failure.Message}): name a folder that holds "
                    + $"it with --data or {DataVariable}, or use the synthetic digits with --dataset digits.",
                isUsersMistake: false,
                failure);
        }
    }

    public void Dispose()
    {
        downloader.Dispose();
        if (temporaryFolder is not null)
            Directory.Delete(temporaryFolder, recursive: true);
    }

    async Task<Dataset> FindWhereTheUserSaysAsync(DatasetChoice choice, string folder, Action<string> say, CancellationToken cancellationToken)
    {
        if (choice == DatasetChoice.Digits)
            throw new DatasetNotFoundException("--data names a folder that holds MNIST and does not go with --dataset digits.", isUsersMistake: true);
        if (!Directory.Exists(folder))
            throw new DatasetNotFoundException($"The folder {folder} given with --data does not exist.", isUsersMistake: true);
        var paths = FindIn(folder) ?? throw new DatasetNotFoundException(
            $"The folder {folder} given with --data does not hold {MissingFrom(folder)}.", isUsersMistake: true);
        return await NameAsync(paths, folder, choice, say, cancellationToken);
    }

    async Task<Dataset> LocateMnistAsync(Action<string> say, Action<DownloadProgress>? onProgress, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(cacheFolder, "mnist");
        var cached = await Task.WhenAll(mnist.Select(file => Task.Run(() => FindWhole(file, folder), cancellationToken)));
        if (cached.All(path => path is not null))
            return Named("MNIST", cached!);

        var writable = WritableFolder(folder, say);
        List<string> paths = [];
        foreach (var (file, path) in mnist.Zip(cached))
            paths.Add(path ?? await downloader.DownloadAsync(file, writable, onProgress, cancellationToken));
        return Named("MNIST", paths);
    }

    async Task<Dataset> LocateDigitsAsync(Action<string> say, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(cacheFolder, "digits");
        if (digits.AreIn(folder))
            return digits.PathsIn(folder);

        try
        {
            return await digits.WriteToAsync(WritableFolder(folder, say), cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DatasetNotFoundException(
                $"The synthetic digits could not be written ({failure.Message.TrimEnd('.')}).", isUsersMistake: false, failure);
        }
    }

    /// <summary>The folder, if files can be made in it, else one that lasts as long as this locator.</summary>
    string WritableFolder(string folder, Action<string> say)
    {
        try
        {
            Directory.CreateDirectory(folder);
            // Permissions do not tell: the file system itself may be read-only.
            using var trial = new PendingFile(Path.Combine(folder, "trial"));
            return folder;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            temporaryFolder ??= Directory.CreateTempSubdirectory("badnets-").FullName;
            say($"The cache folder {folder} cannot be written; using {temporaryFolder} this time.");
            return temporaryFolder;
        }
    }

    List<string>? FindIn(string folder)
    {
        var paths = mnist.Select(file => file.FindIn(folder)).OfType<string>().ToList();
        return paths.Count == mnist.Count ? paths : null;
    }

    /// <summary>Names what the files hold, which need not be what their names say: other data sets come under the same names.</summary>
    async Task<Dataset> NameAsync(
        List<string> paths, string folder, DatasetChoice choice, Action<string> say, CancellationToken cancellationToken)
    {
        var hashes = await Task.WhenAll(paths.Select(path => Task.Run(() => MnistFile.Hash(path), cancellationToken)));
        var wrong = Enumerable.Range(0, paths.Count).Where(i => hashes[i] != mnist[i].Sha256).Select(i => paths[i]).ToList();
        if (wrong is [])
            return Named("MNIST", paths);
        if (choice == DatasetChoice.Mnist)
        {
            throw new DatasetNotFoundException(
                $"{wrong[0]} is not MNIST's, going by its content: it is damaged, or of another data set; to train on that one, leave out --dataset mnist.", isUsersMistake: true);
        }

        var name = string.Concat("idx-", Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(hashes)))).AsSpan(0, 8));
        say($"{folder} holds files named as MNIST's whose content is another; the results call this data set {name}.");
        return Named(name, paths);
    }

    string MissingFrom(string folder)
    {
        var names = mnist.Where(file => file.FindIn(folder) is null).Select(file => $"{file.Name} (or {file.CompressedName})");
        return string.Join(", ", names);
    }

    /// <summary>The path of the file in the cache, unless it is damaged: what is downloaded in its place can be had again.</summary>
    static string? FindWhole(MnistFile file, string folder) =>
        file.PlacesIn(folder).FirstOrDefault(path => File.Exists(path) && MnistFile.Hash(path) == file.Sha256);

    static Dataset Named(string name, IReadOnlyList<string> paths) => new(name, paths[0], paths[1], paths[2], paths[3]);
}

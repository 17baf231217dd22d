using BadNets.Samples.Files;
using System.Security.Cryptography;
using System.Text;

namespace BadNets.Samples.Datasets;

/// <summary>Finds MNIST on disk or downloads it, or creates the synthetic digits.</summary>
/// <remarks>Dispose of this object only after the files have been read, because disposing deletes the temporary files.</remarks>
sealed class MnistLocator : IDisposable
{
    /// <summary>The environment variable that specifies a folder with the files of MNIST.</summary>
    public const string DataVariable = "BADNETS_DATA";

    private readonly string _cacheFolder;
    private readonly string? _environmentFolder;
    private readonly FileDownloader _downloader;
    private readonly IReadOnlyList<MnistFile> _mnist;
    private readonly DigitFiles _digits;
    private string? _temporaryFolder;

    /// <param name="cacheFolder">The folder for downloads and synthetic digits. It might not exist.</param>
    /// <param name="environmentFolder">The value of <see cref="DataVariable"/>, if it is set.</param>
    /// <param name="downloader">Downloads MNIST. The locator takes ownership of it.</param>
    /// <param name="mnist">The training images and labels, then the test images and labels.</param>
    /// <param name="digits">The digits to draw.</param>
    public MnistLocator(
        string cacheFolder, string? environmentFolder, FileDownloader downloader, IReadOnlyList<MnistFile> mnist, DigitFiles digits)
    {
        _cacheFolder = cacheFolder;
        _environmentFolder = string.IsNullOrWhiteSpace(environmentFolder) ? null : environmentFolder;
        _downloader = downloader;
        _mnist = mnist;
        _digits = digits;
    }

    /// <summary>Creates a locator for the current user.</summary>
    public static MnistLocator ForThisUser() =>
        new(
            CacheFolder.Default,
            Environment.GetEnvironmentVariable(DataVariable),
            FileDownloader.From(MnistFile.Mirrors),
            MnistFile.All,
            new DigitFiles());

    /// <summary>Finds the data set. Downloads or draws it if necessary.</summary>
    /// <param name="choice">The data set to find.</param>
    /// <param name="dataDirectory">The folder that the user specified with --data. If it is not null, no other folders are searched.</param>
    /// <param name="say">Receives messages for the user, each a complete sentence.</param>
    /// <param name="onProgress">Called after each part of a download.</param>
    /// <param name="cancellationToken">A token to cancel the operation. Incomplete files are deleted.</param>
    /// <exception cref="DatasetNotFoundException">The data set is not available.</exception>
    public async Task<IdxDataset> LocateAsync(
        MnistChoice choice,
        string? dataDirectory,
        Action<string> say,
        Action<DownloadProgress>? onProgress = null,
        CancellationToken cancellationToken = default)
    {
        if (dataDirectory is not null)
            return await FindWhereTheUserSaysAsync(choice, dataDirectory, say, cancellationToken);
        if (choice == MnistChoice.Digits)
            return await LocateDigitsAsync(say, cancellationToken);
        if (_environmentFolder is not null)
        {
            if (FindIn(_environmentFolder) is { } paths)
                return await NameAsync(paths, _environmentFolder, choice, say, cancellationToken);
            say($"The folder {_environmentFolder} that {DataVariable} specifies does not contain {MissingFrom(_environmentFolder)}. Looking for MNIST elsewhere.");
        }

        try
        {
            return await LocateMnistAsync(say, onProgress, cancellationToken);
        }
        catch (DownloadFailedException failure) when (choice == MnistChoice.Auto)
        {
            say($"MNIST could not be downloaded ({failure.Message}). Using the synthetic digits instead.");
            return await LocateDigitsAsync(say, cancellationToken);
        }
        catch (DownloadFailedException failure)
        {
            throw new DatasetNotFoundException(
                $"MNIST is not in {Path.Combine(_cacheFolder, "mnist")} and could not be downloaded ({failure.Message}). Specify a folder that contains "
                    + $"it with --data or {DataVariable}, or use the synthetic digits with --dataset digits.",
                isUsersMistake: false,
                failure);
        }
    }

    public void Dispose()
    {
        _downloader.Dispose();
        if (_temporaryFolder is not null)
            Directory.Delete(_temporaryFolder, recursive: true);
    }

    private async Task<IdxDataset> FindWhereTheUserSaysAsync(MnistChoice choice, string folder, Action<string> say, CancellationToken cancellationToken)
    {
        if (choice == MnistChoice.Digits)
            throw new DatasetNotFoundException("--data specifies a folder that contains MNIST and cannot be combined with --dataset digits.", isUsersMistake: true);
        if (!Directory.Exists(folder))
            throw new DatasetNotFoundException($"The folder {folder} that --data specifies does not exist.", isUsersMistake: true);
        var paths = FindIn(folder) ?? throw new DatasetNotFoundException(
            $"The folder {folder} that --data specifies does not contain {MissingFrom(folder)}.", isUsersMistake: true);
        return await NameAsync(paths, folder, choice, say, cancellationToken);
    }

    private async Task<IdxDataset> LocateMnistAsync(Action<string> say, Action<DownloadProgress>? onProgress, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(_cacheFolder, "mnist");
        var cached = await Task.WhenAll(_mnist.Select(file => Task.Run(() => FindWhole(file, folder), cancellationToken)));
        if (cached.All(path => path is not null))
            return Named("MNIST", cached!);

        var writable = WritableFolder(folder, say);
        List<string> paths = [];
        foreach (var (file, path) in _mnist.Zip(cached))
            paths.Add(path ?? await _downloader.DownloadAsync(file, writable, onProgress, cancellationToken));
        return Named("MNIST", paths);
    }

    private async Task<IdxDataset> LocateDigitsAsync(Action<string> say, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(_cacheFolder, "digits");
        if (_digits.AreIn(folder))
            return _digits.PathsIn(folder);

        try
        {
            return await _digits.WriteToAsync(WritableFolder(folder, say), cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DatasetNotFoundException(
                $"The synthetic digits could not be written ({failure.Message.TrimEnd('.')}).", isUsersMistake: false, failure);
        }
    }

    /// <summary>Returns the folder if files can be created in it, and otherwise a temporary folder, which this object deletes at its end.</summary>
    public string WritableFolder(string folder, Action<string> say)
    {
        try
        {
            Directory.CreateDirectory(folder);
            PendingFile.RemoveLeftovers(folder);
            // Permissions are not enough to tell, because the file system itself may be read-only.
            using var trial = new PendingFile(Path.Combine(folder, "trial"));
            return folder;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _temporaryFolder ??= Directory.CreateTempSubdirectory("badnets-").FullName;
            say($"The cache folder {folder} is not writable. Using {_temporaryFolder} instead.");
            return _temporaryFolder;
        }
    }

    private List<string>? FindIn(string folder)
    {
        var paths = _mnist.Select(file => file.FindIn(folder)).OfType<string>().ToList();
        return paths.Count == _mnist.Count ? paths : null;
    }

    /// <summary>Determines the name of the data set from the content of the files, because other data sets use the same file names.</summary>
    private async Task<IdxDataset> NameAsync(
        List<string> paths, string folder, MnistChoice choice, Action<string> say, CancellationToken cancellationToken)
    {
        var hashes = await Task.WhenAll(paths.Select(path => Task.Run(() => MnistFile.Hash(path), cancellationToken)));
        var wrong = Enumerable.Range(0, paths.Count).Where(i => hashes[i] != _mnist[i].Sha256).Select(i => paths[i]).ToList();
        if (wrong is [])
            return Named("MNIST", paths);
        if (choice == MnistChoice.Mnist)
        {
            throw new DatasetNotFoundException(
                $"{wrong[0]} does not have MNIST's content: it is damaged, or belongs to another data set. To train on that data set, omit --dataset mnist.", isUsersMistake: true);
        }

        var name = string.Concat("idx-", Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(hashes)))).AsSpan(0, 8));
        say($"{folder} contains files with MNIST's names but different content. In the results, this data set is called {name}.");
        return Named(name, paths);
    }

    private string MissingFrom(string folder)
    {
        var names = _mnist.Where(file => file.FindIn(folder) is null).Select(file => $"{file.Name} (or {file.CompressedName})");
        return string.Join(", ", names);
    }

    /// <summary>Returns the path of the file in the cache, or null if it is missing or damaged.</summary>
    private static string? FindWhole(MnistFile file, string folder) =>
        file.PlacesIn(folder).FirstOrDefault(path => File.Exists(path) && MnistFile.Hash(path) == file.Sha256);

    private static IdxDataset Named(string name, IReadOnlyList<string> paths) => new(name, paths[0], paths[1], paths[2], paths[3]);
}

using BadNets.Samples.Files;
namespace BadNets.Samples.Datasets;

/// <summary>Downloads files from mirrors, and keeps only files with the known content.</summary>
sealed class FileDownloader : IDisposable
{
    private readonly HttpClient _client;
    private readonly List<Uri> _mirrors;
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;

    /// <param name="handler">The handler that sends requests.</param>
    /// <param name="mirrors">
    /// The URLs of folders that contain the files. They are tried one after another. A mirror that fails is moved to the end.
    /// </param>
    /// <param name="time">The clock.</param>
    /// <param name="patience">
    /// The maximum time to wait for data from a mirror. The total time is not limited, because connections differ greatly in speed.
    /// </param>
    public FileDownloader(HttpMessageHandler handler, IEnumerable<Uri> mirrors, TimeProvider time, TimeSpan patience)
    {
        _client = new(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _mirrors = [.. mirrors];
        _time = time;
        _patience = patience;
    }

    /// <summary>Creates a downloader that uses the network.</summary>
    /// <param name="mirrors">The URLs of folders that contain the files.</param>
    public static FileDownloader From(IEnumerable<Uri> mirrors) =>
        new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) }, mirrors, TimeProvider.System, TimeSpan.FromSeconds(15));

    /// <summary>Downloads a file into an existing folder. If the download is not complete and correct, the folder does not change.</summary>
    /// <returns>The path of the file.</returns>
    /// <exception cref="DownloadFailedException">No mirror provided the file, or it could not be written.</exception>
    public async Task<string> DownloadAsync(
        IDownloadable file, string folder, Action<DownloadProgress>? onProgress = null, CancellationToken cancellationToken = default)
    {
        var path = Path.Combine(folder, file.FileName);
        List<string> failures = [];
        HttpRequestException? lastFailure = null;
        foreach (var mirror in _mirrors.ToArray())
        {
            try
            {
                await DownloadFromAsync(mirror, file, path, onProgress, cancellationToken);
                return path;
            }
            catch (HttpRequestException failure)
            {
                failures.Add($"{mirror.Host}: {ReasonOf(failure)}");
                lastFailure = failure;
                // Do not wait for this mirror again when the other files are downloaded.
                _mirrors.Remove(mirror);
                _mirrors.Add(mirror);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new DownloadFailedException($"it could not be written: {failure.Message.TrimEnd('.')}", failure);
            }
        }

        throw new DownloadFailedException(string.Join("; ", failures), lastFailure!);
    }

    public void Dispose() => _client.Dispose();

    private async Task DownloadFromAsync(
        Uri mirror, IDownloadable file, string path, Action<DownloadProgress>? onProgress, CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(_patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);

        var address = new Uri(mirror, file.FileName);
        using var response = await ListenAsync(_client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, either.Token), cancellationToken);
        response.EnsureSuccessStatusCode();
        using var body = await ListenAsync(response.Content.ReadAsStreamAsync(either.Token), cancellationToken);

        using var pending = new PendingFile(path);
        var buffer = new byte[1 << 16];
        long received = 0;
        while (true)
        {
            silence.CancelAfter(_patience);
            int count = await ListenAsync(body.ReadAsync(buffer, either.Token).AsTask(), cancellationToken);
            if (count == 0)
                break;

            received += count;
            // Otherwise, a malicious mirror could fill the disk.
            if (received > file.MostBytes)
                throw new HttpRequestException("it sent more data than expected");
            await pending.Stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            onProgress?.Invoke(new(file.FileName, received, response.Content.Headers.ContentLength));
        }

        pending.Stream.Position = 0;
        if (!await file.IsContentOfAsync(pending.Stream, cancellationToken))
            throw new HttpRequestException($"the content of {file.FileName} is not the expected one");
        pending.Complete();
    }

    /// <summary>Converts all network failures to one exception type, so that they are not mistaken for disk failures.</summary>
    private static async Task<T> ListenAsync<T>(Task<T> network, CancellationToken cancellationToken)
    {
        try
        {
            return await network;
        }
        catch (OperationCanceledException silence) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException("it did not respond in time", silence);
        }
        catch (IOException failure)
        {
            throw new HttpRequestException("the connection was lost", failure);
        }
    }

    private static string ReasonOf(HttpRequestException failure) =>
        failure.StatusCode is { } status ? $"it responded with status {(int)status}" : failure.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => "its name could not be resolved",
            HttpRequestError.ConnectionError => "it could not be reached",
            HttpRequestError.SecureConnectionError => "a trusted connection to it could not be established",
            HttpRequestError.ProxyTunnelError => "the proxy could not connect to it",
            _ => failure.Message.TrimEnd('.'),
        };
}

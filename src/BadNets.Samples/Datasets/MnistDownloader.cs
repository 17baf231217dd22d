using BadNets.Samples.Files;
namespace BadNets.Samples.Datasets;

/// <summary>Downloads MNIST's files from public mirrors, and keeps only files with the known content.</summary>
sealed class MnistDownloader : IDisposable
{
    private static readonly Uri[] PublicMirrors =
    [
        new("https://ossci-datasets.s3.amazonaws.com/mnist/"),
        new("https://storage.googleapis.com/cvdf-datasets/mnist/"),
    ];

    private readonly HttpClient _client;
    private readonly List<Uri> _mirrors;
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;

    /// <param name="handler">The network.</param>
    /// <param name="mirrors">Folders that contain the .gz files. They are tried one after another, starting with the last one that worked.</param>
    /// <param name="time">The clock.</param>
    /// <param name="patience">How long a mirror may stay silent. The whole download has no limit, because connections have very different speeds.</param>
    public MnistDownloader(HttpMessageHandler handler, IEnumerable<Uri> mirrors, TimeProvider time, TimeSpan patience)
    {
        _client = new(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _mirrors = [.. mirrors];
        _time = time;
        _patience = patience;
    }

    public static MnistDownloader FromPublicMirrors() =>
        new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) }, PublicMirrors, TimeProvider.System, TimeSpan.FromSeconds(15));

    /// <summary>Downloads a file into an existing folder. If it does not arrive complete and correct, the folder does not change.</summary>
    /// <returns>The file's path.</returns>
    /// <exception cref="DownloadFailedException">No mirror provided the file, or it could not be written.</exception>
    public async Task<string> DownloadAsync(
        MnistFile file, string folder, Action<DownloadProgress>? onProgress = null, CancellationToken cancellationToken = default)
    {
        var path = Path.Combine(folder, file.CompressedName);
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
                // The other files should not have to wait for this mirror again.
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
        Uri mirror, MnistFile file, string path, Action<DownloadProgress>? onProgress, CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(_patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);

        var address = new Uri(mirror, file.CompressedName);
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
            // The compressed file is much smaller than this; without a limit, a bad mirror could fill the disk.
            if (received > file.Length + 4096)
                throw new HttpRequestException("it sent more data than the file has");
            await pending.Stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            onProgress?.Invoke(new(file.CompressedName, received, response.Content.Headers.ContentLength));
        }

        pending.Stream.Position = 0;
        if (!await file.IsContentOfAsync(pending.Stream, cancellationToken))
            throw new HttpRequestException($"what it sent is not the known {file.CompressedName}");
        pending.Complete();
    }

    /// <summary>Gives every failure of the network one type, so that it is not mistaken for a failure of the disk.</summary>
    private static async Task<T> ListenAsync<T>(Task<T> network, CancellationToken cancellationToken)
    {
        try
        {
            return await network;
        }
        catch (OperationCanceledException silence) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException("it did not answer in time", silence);
        }
        catch (IOException failure)
        {
            throw new HttpRequestException("the connection was lost", failure);
        }
    }

    private static string ReasonOf(HttpRequestException failure) =>
        failure.StatusCode is { } status ? $"it answered {(int)status}" : failure.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => "its name could not be resolved",
            HttpRequestError.ConnectionError => "it could not be reached",
            HttpRequestError.SecureConnectionError => "a trusted connection to it could not be established",
            HttpRequestError.ProxyTunnelError => "the proxy could not connect to it",
            _ => failure.Message.TrimEnd('.'),
        };
}

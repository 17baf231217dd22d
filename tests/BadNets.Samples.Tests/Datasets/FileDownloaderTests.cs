using System.Net;
using BadNets.Samples.Datasets;

namespace BadNets.Samples.Tests.Datasets;

[TestClass]
public sealed class FileDownloaderTests : IDisposable
{
    private static readonly Uri[] Mirrors = [new("https://first.test/mnist/"), new("https://second.test/")];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly MnistFile Wanted = SmallMnist.Files[0];

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task Correct_file_is_kept()
    {
        using var network = new FakeNetwork(SmallMnist.Serve);
        var path = await Downloader(network).DownloadAsync(Wanted, _folder.Path);

        Assert.AreEqual(_folder.In(Wanted.CompressedName), path);
        CollectionAssert.AreEqual(SmallMnist.Compressed(Wanted), await File.ReadAllBytesAsync(path));
        CollectionAssert.AreEqual(new[] { Wanted.CompressedName }, _folder.FileNames);
        CollectionAssert.AreEqual(new[] { new Uri(Mirrors[0], Wanted.CompressedName) }, network.Requests);
    }

    [TestMethod]
    public async Task Second_mirror_is_used_if_the_first_is_unavailable()
    {
        using var network = new FakeNetwork(address =>
            address.Host == "first.test" ? throw new HttpRequestException("closed") : SmallMnist.Serve(address));
        await Downloader(network).DownloadAsync(Wanted, _folder.Path);

        CollectionAssert.AreEqual(new[] { "first.test", "second.test" }, network.HostsAsked.ToArray());
        CollectionAssert.AreEqual(new[] { Wanted.CompressedName }, _folder.FileNames);
    }

    [TestMethod]
    public async Task Second_mirror_is_used_if_the_first_sends_something_else()
    {
        using var network = new FakeNetwork(address =>
            address.Host == "first.test" ? FakeNetwork.Body("<html>Please log in</html>"u8.ToArray()) : SmallMnist.Serve(address));
        var path = await Downloader(network).DownloadAsync(Wanted, _folder.Path);

        CollectionAssert.AreEqual(SmallMnist.Compressed(Wanted), await File.ReadAllBytesAsync(path));
    }

    [TestMethod]
    public async Task Mirror_that_failed_is_tried_last_from_then_on()
    {
        using var network = new FakeNetwork(address =>
            address.Host == "first.test" ? new HttpResponseMessage(HttpStatusCode.NotFound) : SmallMnist.Serve(address));
        var downloader = Downloader(network);
        await downloader.DownloadAsync(SmallMnist.Files[0], _folder.Path);
        await downloader.DownloadAsync(SmallMnist.Files[1], _folder.Path);

        CollectionAssert.AreEqual(new[] { "first.test", "second.test", "second.test" }, network.HostsAsked.ToArray());
    }

    [TestMethod]
    public async Task Failure_of_every_mirror_is_reported_for_each_mirror()
    {
        using var network = new FakeNetwork(address =>
            address.Host == "first.test"
                ? new HttpResponseMessage(HttpStatusCode.Forbidden)
                : throw new HttpRequestException(HttpRequestError.NameResolutionError));
        var failure = await Assert.ThrowsExactlyAsync<DownloadFailedException>(() => Downloader(network).DownloadAsync(Wanted, _folder.Path));

        Assert.AreEqual("first.test: it responded with status 403; second.test: its name could not be resolved", failure.Message);
    }

    [TestMethod]
    public async Task Truncated_download_leaves_nothing_behind()
    {
        using var network = new FakeNetwork(_ => FakeNetwork.Body(SmallMnist.Compressed(Wanted)[..^100]));
        await Assert.ThrowsExactlyAsync<DownloadFailedException>(() => Downloader(network).DownloadAsync(Wanted, _folder.Path));

        Assert.IsEmpty(_folder.FileNames);
    }

    [TestMethod]
    public async Task Empty_download_leaves_nothing_behind()
    {
        using var network = new FakeNetwork(_ => FakeNetwork.Body([]));
        await Assert.ThrowsExactlyAsync<DownloadFailedException>(() => Downloader(network).DownloadAsync(Wanted, _folder.Path));

        Assert.IsEmpty(_folder.FileNames);
    }

    [TestMethod]
    public async Task File_with_one_changed_byte_leaves_nothing_behind()
    {
        var content = SmallMnist.Plain(Wanted).ToArray();
        content[1234] ^= 1;
        using var network = new FakeNetwork(_ => FakeNetwork.Body(SmallMnist.Compress(content)));
        await Assert.ThrowsExactlyAsync<DownloadFailedException>(() => Downloader(network).DownloadAsync(Wanted, _folder.Path));

        Assert.IsEmpty(_folder.FileNames);
    }

    [TestMethod]
    public async Task Lost_connection_leaves_nothing_behind()
    {
        using var network = new FakeNetwork(_ => FakeNetwork.Body((read, _) =>
            read == 0 ? Task.FromResult(SmallMnist.Compressed(Wanted)[..100]) : throw new IOException("connection reset")));
        var failure = await Assert.ThrowsExactlyAsync<DownloadFailedException>(() => Downloader(network).DownloadAsync(Wanted, _folder.Path));

        Assert.AreEqual("first.test: the connection was lost; second.test: the connection was lost", failure.Message);
        Assert.IsEmpty(_folder.FileNames);
    }

    [TestMethod]
    public async Task Body_without_end_is_canceled()
    {
        long sent = 0;
        using var network = new FakeNetwork(_ => FakeNetwork.Body((_, _) =>
        {
            sent += 1000;
            Assert.IsLessThan(100_000, sent);
            return Task.FromResult(new byte[1000]);
        }));
        await Assert.ThrowsExactlyAsync<DownloadFailedException>(() => Downloader(network).DownloadAsync(Wanted, _folder.Path));

        Assert.IsEmpty(_folder.FileNames);
    }

    [TestMethod]
    public async Task Mirror_that_never_responds_times_out()
    {
        using var network = new FakeNetwork(async (address, cancellationToken) =>
        {
            if (address.Host == "second.test")
                return SmallMnist.Serve(address);
            _time.Advance(Patience);
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException();
        });
        await Downloader(network).DownloadAsync(Wanted, _folder.Path);

        CollectionAssert.AreEqual(new[] { Wanted.CompressedName }, _folder.FileNames);
    }

    [TestMethod]
    public async Task Mirror_that_stops_sending_times_out()
    {
        using var network = new FakeNetwork(_ => FakeNetwork.Body((read, cancellationToken) =>
        {
            if (read == 0)
                return Task.FromResult(SmallMnist.Compressed(Wanted)[..100]);
            _time.Advance(Patience);
            return ScriptedStream.Never(cancellationToken);
        }));
        var failure = await Assert.ThrowsExactlyAsync<DownloadFailedException>(() => Downloader(network).DownloadAsync(Wanted, _folder.Path));

        Assert.AreEqual("first.test: it did not respond in time; second.test: it did not respond in time", failure.Message);
        Assert.IsEmpty(_folder.FileNames);
    }

    [TestMethod]
    public async Task Slow_mirror_does_not_time_out_while_it_sends()
    {
        var pieces = SmallMnist.Compressed(Wanted).Chunk(500).ToArray();
        using var network = new FakeNetwork(_ => FakeNetwork.Body((read, cancellationToken) =>
        {
            _time.Advance(Patience / 2);
            cancellationToken.ThrowIfCancellationRequested();
            return Task.FromResult(read < pieces.Length ? pieces[read] : []);
        }));
        await Downloader(network).DownloadAsync(Wanted, _folder.Path);

        Assert.IsGreaterThan(4, pieces.Length);
        CollectionAssert.AreEqual(new[] { "first.test" }, network.HostsAsked.ToArray());
    }

    [TestMethod]
    public async Task Canceled_download_leaves_nothing_behind_and_uses_no_other_mirror()
    {
        using var ctrlC = new CancellationTokenSource();
        using var network = new FakeNetwork(_ => FakeNetwork.Body(async (read, cancellationToken) =>
        {
            if (read == 0)
                return SmallMnist.Compressed(Wanted)[..100];
            await ctrlC.CancelAsync();
            return await ScriptedStream.Never(cancellationToken);
        }));

        await Assert.ThrowsAsync<OperationCanceledException>(
            () => Downloader(network).DownloadAsync(Wanted, _folder.Path, cancellationToken: ctrlC.Token));
        Assert.IsEmpty(_folder.FileNames);
        Assert.HasCount(1, network.Requests);
    }

    [TestMethod]
    public async Task Progress_ends_with_the_whole_file()
    {
        List<DownloadProgress> reports = [];
        using var network = new FakeNetwork(SmallMnist.Serve);
        await Downloader(network).DownloadAsync(Wanted, _folder.Path, reports.Add);

        long length = SmallMnist.Compressed(Wanted).Length;
        Assert.AreEqual(new DownloadProgress(Wanted.CompressedName, length, length), reports[^1]);
    }

    [TestMethod]
    public async Task Folder_that_is_not_writable_is_not_reported_as_a_mirror_failure()
    {
        using var network = new FakeNetwork(SmallMnist.Serve);
        var failure = await Assert.ThrowsExactlyAsync<DownloadFailedException>(
            () => Downloader(network).DownloadAsync(Wanted, _folder.In("missing")));

        StringAssert.StartsWith(failure.Message, "it could not be written", StringComparison.Ordinal);
        Assert.HasCount(1, network.Requests);
    }

    private FileDownloader Downloader(FakeNetwork network) => new(network, Mirrors, _time, Patience);
}

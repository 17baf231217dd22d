using BadNets.Samples.Datasets;

namespace BadNets.Samples.Tests.Datasets;

[TestClass]
public sealed class MnistLocatorTests : IDisposable
{
    private static readonly Uri[] Mirrors = [new("https://first.test/"), new("https://second.test/")];

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _said = [];

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task Folder_of_the_user_comes_before_environment_and_cache()
    {
        foreach (var place in new[] { "data", "environment", "cache/mnist" })
            SmallMnist.WriteTo(_folder.In(place), SmallMnist.Files);
        using var locator = Locator(FakeNetwork.Closed(), environment: _folder.In("environment"));
        var found = await locator.LocateAsync(MnistChoice.Auto, _folder.In("data"), _said.Add);

        Assert.AreEqual(
            new IdxDataset(
                "MNIST",
                _folder.In("data", "train-images-idx3-ubyte"),
                _folder.In("data", "train-labels-idx1-ubyte"),
                _folder.In("data", "t10k-images-idx3-ubyte"),
                _folder.In("data", "t10k-labels-idx1-ubyte")),
            found);
    }

    [TestMethod]
    public async Task Uncompressed_and_compressed_files_are_found_together()
    {
        SmallMnist.WriteTo(_folder.In("data"), SmallMnist.Files.Take(2));
        SmallMnist.WriteTo(_folder.In("data"), SmallMnist.Files.Skip(2), compressed: true);
        using var locator = Locator(FakeNetwork.Closed());
        var found = await locator.LocateAsync(MnistChoice.Mnist, _folder.In("data"), _said.Add);

        Assert.AreEqual(_folder.In("data", "train-images-idx3-ubyte"), found.TrainImages);
        Assert.AreEqual(_folder.In("data", "t10k-labels-idx1-ubyte.gz"), found.TestLabels);
    }

    [TestMethod]
    [DataRow("data")]
    [DataRow("environment")]
    public async Task Other_data_with_MNISTs_file_names_is_not_called_MNIST(string place)
    {
        SmallMnist.WriteTo(_folder.In(place), SmallMnist.Files.Skip(1));
        await File.WriteAllTextAsync(_folder.In(place, "train-images-idx3-ubyte"), "Shirts and shoes.");
        using var locator = Locator(FakeNetwork.Closed(), environment: place == "environment" ? _folder.In(place) : null);
        string? data = place == "data" ? _folder.In(place) : null;
        var found = await locator.LocateAsync(MnistChoice.Auto, data, _said.Add);

        Assert.MatchesRegex("^idx-[0-9a-f]{8}$", found.Name);
        Assert.HasCount(1, _said);
        Assert.Contains(found.Name, _said[0]);
        Assert.AreEqual(_folder.In(place, "train-images-idx3-ubyte"), found.TrainImages);
        var failure = await Assert.ThrowsExactlyAsync<DatasetNotFoundException>(() => locator.LocateAsync(MnistChoice.Mnist, data, _said.Add));
        Assert.AreEqual(2, failure.ExitCode);
        Assert.Contains(found.TrainImages, failure.Message);
    }

    [TestMethod]
    public async Task Name_of_other_data_depends_only_on_its_decompressed_content()
    {
        List<string> names = [];
        for (int i = 0; i < 3; i++)
        {
            string data = _folder.In($"data{i}");
            SmallMnist.WriteTo(data, SmallMnist.Files.Skip(1), compressed: i == 1);
            byte[] images = i == 2 ? [2, 2] : [1, 2, 3];
            await File.WriteAllBytesAsync(Path.Combine(data, i == 1 ? "train-images-idx3-ubyte.gz" : "train-images-idx3-ubyte"), i == 1 ? SmallMnist.Compress(images) : images);
            using var locator = Locator(FakeNetwork.Closed());
            names.Add((await locator.LocateAsync(MnistChoice.Auto, data, _said.Add)).Name);
        }

        Assert.AreEqual(names[0], names[1]);
        Assert.AreNotEqual(names[0], names[2]);
    }

    [TestMethod]
    [DataRow(MnistChoice.Auto)]
    [DataRow(MnistChoice.Mnist)]
    public async Task Missing_file_in_the_folder_of_the_user_is_reported_and_not_searched_elsewhere(object choice)
    {
        SmallMnist.WriteTo(_folder.In("data"), SmallMnist.Files.Where(file => file.Name != "train-labels-idx1-ubyte"));
        SmallMnist.WriteTo(_folder.In("cache", "mnist"), SmallMnist.Files);
        using var network = new FakeNetwork(SmallMnist.Serve);
        using var locator = Locator(network);
        var failure = await Assert.ThrowsExactlyAsync<DatasetNotFoundException>(
            () => locator.LocateAsync((MnistChoice)choice, _folder.In("data"), _said.Add));

        Assert.AreEqual(2, failure.ExitCode);
        Assert.AreEqual(
            $"The folder {_folder.In("data")} that --data specifies does not contain train-labels-idx1-ubyte (or train-labels-idx1-ubyte.gz).",
            failure.Message);
        Assert.IsEmpty(network.Requests);
    }

    [TestMethod]
    public async Task Folder_that_does_not_exist_is_a_user_error()
    {
        using var locator = Locator(FakeNetwork.Closed());
        var failure = await Assert.ThrowsExactlyAsync<DatasetNotFoundException>(
            () => locator.LocateAsync(MnistChoice.Auto, _folder.In("nowhere"), _said.Add));

        Assert.AreEqual(2, failure.ExitCode);
        Assert.Contains(_folder.In("nowhere"), failure.Message);
    }

    [TestMethod]
    public async Task Folder_with_MNIST_cannot_be_combined_with_digits()
    {
        SmallMnist.WriteTo(_folder.In("data"), SmallMnist.Files);
        using var locator = Locator(FakeNetwork.Closed());
        var failure = await Assert.ThrowsExactlyAsync<DatasetNotFoundException>(
            () => locator.LocateAsync(MnistChoice.Digits, _folder.In("data"), _said.Add));

        Assert.AreEqual(2, failure.ExitCode);
    }

    [TestMethod]
    public async Task Environment_comes_before_the_cache()
    {
        SmallMnist.WriteTo(_folder.In("environment"), SmallMnist.Files);
        SmallMnist.WriteTo(_folder.In("cache", "mnist"), SmallMnist.Files);
        using var locator = Locator(FakeNetwork.Closed(), environment: _folder.In("environment"));
        var found = await locator.LocateAsync(MnistChoice.Auto, null, _said.Add);

        Assert.AreEqual(_folder.In("environment", "t10k-images-idx3-ubyte"), found.TestImages);
        Assert.IsEmpty(_said);
    }

    [TestMethod]
    public async Task Incomplete_environment_folder_is_reported()
    {
        SmallMnist.WriteTo(_folder.In("environment"), SmallMnist.Files.Skip(1));
        SmallMnist.WriteTo(_folder.In("cache", "mnist"), SmallMnist.Files);
        using var locator = Locator(FakeNetwork.Closed(), environment: _folder.In("environment"));
        var found = await locator.LocateAsync(MnistChoice.Auto, null, _said.Add);

        Assert.AreEqual(_folder.In("cache", "mnist", "t10k-images-idx3-ubyte"), found.TestImages);
        Assert.HasCount(1, _said);
        Assert.Contains("train-images-idx3-ubyte", _said[0]);
    }

    [TestMethod]
    public async Task Second_time_needs_no_network()
    {
        using (var locator = Locator(new FakeNetwork(SmallMnist.Serve)))
            await locator.LocateAsync(MnistChoice.Mnist, null, _said.Add);
        using (var locator = Locator(FakeNetwork.Closed()))
        {
            var found = await locator.LocateAsync(MnistChoice.Mnist, null, _said.Add);
            Assert.AreEqual(_folder.In("cache", "mnist", "train-images-idx3-ubyte.gz"), found.TrainImages);
        }
    }

    [TestMethod]
    public async Task Only_what_the_cache_lacks_is_downloaded()
    {
        SmallMnist.WriteTo(_folder.In("cache", "mnist"), SmallMnist.Files.Take(3));
        using var network = new FakeNetwork(SmallMnist.Serve);
        using var locator = Locator(network);
        var found = await locator.LocateAsync(MnistChoice.Auto, null, _said.Add);

        Assert.AreEqual("MNIST", found.Name);
        CollectionAssert.AreEqual(new[] { new Uri(Mirrors[0], "t10k-labels-idx1-ubyte.gz") }, network.Requests);
    }

    [TestMethod]
    [DataRow("t10k-labels-idx1-ubyte")]
    [DataRow("t10k-labels-idx1-ubyte.gz")]
    public async Task Damaged_file_in_the_cache_is_downloaded_again(string name)
    {
        SmallMnist.WriteTo(_folder.In("cache", "mnist"), SmallMnist.Files.Take(3));
        await File.WriteAllTextAsync(_folder.In("cache", "mnist", name), "Half a");
        foreach (int requests in new[] { 1, 0 })
        {
            using var network = new FakeNetwork(SmallMnist.Serve);
            using var locator = Locator(network);
            var found = await locator.LocateAsync(MnistChoice.Auto, null, _said.Add);

            Assert.AreEqual("MNIST", found.Name);
            Assert.AreEqual(_folder.In("cache", "mnist", "t10k-labels-idx1-ubyte.gz"), found.TestLabels);
            Assert.HasCount(requests, network.Requests);
        }

        Assert.IsEmpty(_said);
    }

    [TestMethod]
    public async Task Without_network_digits_replace_MNIST_with_a_message()
    {
        using var network = FakeNetwork.Closed();
        using var locator = Locator(network);
        var found = await locator.LocateAsync(MnistChoice.Auto, null, _said.Add);

        Assert.AreEqual("Digits", found.Name);
        Assert.IsTrue(File.Exists(found.TrainImages));
        CollectionAssert.AreEqual(
            new[]
            {
                "MNIST could not be downloaded (first.test: its name could not be resolved; second.test: its name could not be resolved). "
                    + "Using the synthetic digits instead.",
            },
            _said);
        Assert.HasCount(Mirrors.Length, network.Requests);
    }

    [TestMethod]
    public async Task Without_network_requiring_MNIST_fails_but_is_not_a_user_error()
    {
        using var locator = Locator(FakeNetwork.Closed());
        var failure = await Assert.ThrowsExactlyAsync<DatasetNotFoundException>(
            () => locator.LocateAsync(MnistChoice.Mnist, null, _said.Add));

        Assert.AreEqual(1, failure.ExitCode);
        foreach (var part in new[] { "first.test", "second.test", "--data", "BADNETS_DATA", "--dataset digits", _folder.In("cache", "mnist") })
            Assert.Contains(part, failure.Message);
        Assert.DoesNotContain('\n', failure.Message);
        Assert.IsEmpty(_folder.FileNames);
    }

    [TestMethod]
    public async Task Canceled_download_does_not_continue_with_digits()
    {
        using var ctrlC = new CancellationTokenSource();
        using var network = new FakeNetwork(async (_, cancellationToken) =>
        {
            await ctrlC.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
            throw new InvalidOperationException();
        });
        using var locator = Locator(network);

        await Assert.ThrowsAsync<OperationCanceledException>(
            () => locator.LocateAsync(MnistChoice.Auto, null, _said.Add, cancellationToken: ctrlC.Token));
        Assert.IsEmpty(_folder.FileNames);
        Assert.IsEmpty(_said);
    }

    [TestMethod]
    public async Task Digits_need_no_network_and_are_drawn_once()
    {
        using var network = new FakeNetwork(SmallMnist.Serve);
        using var locator = Locator(network);
        var drawn = await locator.LocateAsync(MnistChoice.Digits, null, _said.Add);
        byte[] marked = [.. (await File.ReadAllBytesAsync(drawn.TrainImages)).Reverse()];
        await File.WriteAllBytesAsync(drawn.TrainImages, marked);

        Assert.AreEqual(drawn, await locator.LocateAsync(MnistChoice.Digits, null, _said.Add));
        CollectionAssert.AreEqual(marked, await File.ReadAllBytesAsync(drawn.TrainImages));
        Assert.IsEmpty(network.Requests);
    }

    [TestMethod]
    public async Task Digits_work_without_a_writable_cache()
    {
        await File.WriteAllTextAsync(_folder.In("cache"), "A file where the folder should be.");
        string images;
        using (var locator = Locator(FakeNetwork.Closed()))
        {
            images = (await locator.LocateAsync(MnistChoice.Digits, null, _said.Add)).TrainImages;
            Assert.IsTrue(File.Exists(images));
            Assert.HasCount(1, _said);
        }

        Assert.IsFalse(Directory.Exists(Path.GetDirectoryName(images)));
    }

    [TestMethod]
    public async Task MNIST_does_without_a_cache_that_cannot_be_written()
    {
        await File.WriteAllTextAsync(_folder.In("cache"), "A file where the folder should be.");
        using var locator = Locator(new FakeNetwork(SmallMnist.Serve));
        var found = await locator.LocateAsync(MnistChoice.Mnist, null, _said.Add);

        Assert.IsTrue(File.Exists(found.TestLabels));
    }

    [TestMethod]
    public async Task MNIST_itself_is_found_through_the_environment()
    {
        string environment = MnistFolder.OrInconclusive();
        using var locator = MnistLocator.ForThisUser();
        var found = await locator.LocateAsync(MnistChoice.Mnist, null, _said.Add);

        Assert.AreEqual(environment, Path.GetDirectoryName(found.TrainImages));
        Assert.IsEmpty(_said);
    }

    private MnistLocator Locator(FakeNetwork network, string? environment = null) =>
        new(
            _folder.In("cache"),
            environment,
            new FileDownloader(network, Mirrors, TimeProvider.System, Timeout.InfiniteTimeSpan),
            SmallMnist.Files,
            new DigitFiles(seed: 0, trainCount: 20, testCount: 10));
}

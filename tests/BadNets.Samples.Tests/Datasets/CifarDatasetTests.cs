using BadNets.Samples.Datasets;
using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;

namespace BadNets.Samples.Tests.Datasets;

[TestClass]
public sealed class CifarDatasetTests
{
    private static readonly string[] Files = [.. Enumerable.Range(1, 5).Select(number => FormattableString.Invariant($"data_batch_{number}.bin")), "test_batch.bin"];

    [TestMethod]
    public async Task The_binary_files_of_CIFAR_10_are_trained_on()
    {
        using var runs = new SampleRuns();
        string folder = runs.Beside("cifar");
        Write(Path.Combine(folder, "cifar-10-batches-bin"));

        var outcome = await RunAsync(runs, folder);

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        StringAssert.Contains(outcome.Output, "200 training and 40 test rows");
        StringAssert.StartsWith(runs.CellNames.Single(), "cifar10-");
        Assert.IsTrue(File.Exists(runs.OnlyFolder().Images));
    }

    [TestMethod]
    public async Task A_file_that_is_missing_is_named()
    {
        using var runs = new SampleRuns();
        string folder = runs.Beside("cifar");
        Write(folder);
        File.Delete(Path.Combine(folder, "data_batch_3.bin"));

        var outcome = await RunAsync(runs, folder);

        Assert.AreEqual(2, outcome.ExitCode);
        StringAssert.Contains(outcome.Error, "the file data_batch_3.bin is missing");
        Assert.IsEmpty(runs.CellNames);
    }

    [TestMethod]
    [DataRow("cifar-10-batches-bin/")]
    [DataRow("")]
    [DataRow("../../elsewhere/")]
    public async Task The_official_archive_is_the_same_data_set_as_its_files(string folderInArchive)
    {
        using var searches = new DataSearches("cifar10");
        string files = searches.Write("files", OfficialFiles());
        string archive = searches.WriteTar("here/cifar-10-binary.tar.gz", [("readme.html", [1]), .. OfficialFiles().Select(file => (folderInArchive + file.Path, file.Content))]);

        Dataset[] found = [await searches.FindAsync(files), await searches.FindAsync(archive), await searches.FindAsync(searches.In("here")), await searches.FindAsync(archive)];

        Assert.HasCount(1, found.Select(dataset => dataset.Name).Distinct());
        Assert.MatchesRegex("^CIFAR10-[0-9a-f]{8}$", found[0].Name);
        Assert.IsFalse(Directory.Exists(searches.In("elsewhere")));
        foreach (var dataset in found)
        {
            var ml = new MLContext();
            byte[] second = [.. OfficialFiles().Skip(1).First().Content.Take(3073)];
            var rows = dataset.Train(ml).GetColumn<byte[]>("Image").ToArray();
            Assert.HasCount(200, rows);
            CollectionAssert.AreEqual(second[1..], rows[40]);
            Assert.AreEqual(second[0] + 1u, dataset.Train(ml).GetColumn<uint>("Label").ElementAt(40));
            Assert.HasCount(40, dataset.Test(ml).GetColumn<uint>("Label").ToArray());
        }
    }

    [TestMethod]
    [DataRow("cut")]
    [DataRow("not gzip")]
    [DataRow("too long")]
    public async Task A_damaged_archive_gets_a_sentence_and_leaves_no_file_that_is_not_whole(string damage)
    {
        using var searches = new DataSearches("cifar10");
        string archive = searches.WriteTar("cifar.tar.gz", damage == "too long" ? [(Files[0], new byte[30_730_001])] : OfficialFiles());
        if (damage == "cut")
            File.WriteAllBytes(archive, File.ReadAllBytes(archive)[..^3000]);
        else if (damage == "not gzip")
            File.WriteAllText(archive, "not gzip");

        var failure = await Assert.ThrowsExactlyAsync<InvalidDataException>(() => searches.FindAsync(archive));

        StringAssert.Contains(failure.Message, $"The archive '{archive}' is damaged");
        Assert.IsTrue(Directory.EnumerateFiles(searches.Cache, "*", SearchOption.AllDirectories).All(file => new FileInfo(file).Length == 40 * 3073));
    }

    [TestMethod]
    public async Task Copies_as_image_files_are_another_data_set_in_a_folder_or_in_a_zip_file()
    {
        using var searches = new DataSearches("cifar10");
        string folder = searches.Write("copies", Copies()), zip = searches.WriteZip("zipped/c.zip", Copies().Select(file => ("cifar/" + file.Path, file.Content)).Append(("__MACOSX/train/ant/._0.jpg", [0])));

        Dataset[] found = [await searches.FindAsync(folder), await searches.FindAsync(zip), await searches.FindAsync(Path.GetDirectoryName(zip)!)];

        Assert.HasCount(1, found.Select(dataset => dataset.Name).Distinct());
        Assert.MatchesRegex("^CIFAR10-JPEG-[0-9a-f]{8}$", found[0].Name);
        Assert.IsFalse(found[0].IsOrderedByClass);
        // Decoded once.
        Assert.HasCount(1, searches.Said);
        var ml = new MLContext();
        var expected = ml.Data.LoadFromImageFolder(Path.Combine(folder, "train"));
        CollectionAssert.AreEqual(DataSearches.RowsOf(expected), DataSearches.RowsOf(found[0].Train(ml)));
        CollectionAssert.AreEqual(DataSearches.RowsOf(ml.Data.LoadFromImageFolder(Path.Combine(folder, "test"), like: expected)), DataSearches.RowsOf(found[0].Test(ml)));
        // There is no test image of the last class, which is a class all the same.
        Assert.AreEqual(found[0].Train(ml).Schema["Label"].Type, found[0].Test(ml).Schema["Label"].Type);
        Assert.IsGreaterThan(1, new FirstRows(found[0], 6).Train(ml).GetColumn<uint>("Label").Distinct().Count());
    }

    [TestMethod]
    public async Task The_environment_and_the_cache_are_searched_before_the_network()
    {
        using var searches = new DataSearches("cifar10");
        searches.Write("cache/cifar10", OfficialFiles());
        searches.Environment["BADNETS_CIFAR10"] = searches.Write("copies", Copies());
        StringAssert.StartsWith((await searches.FindAsync()).Name, "CIFAR10-JPEG-");

        searches.Environment["BADNETS_CIFAR10"] = searches.In("nowhere");
        Assert.MatchesRegex("^CIFAR10-[0-9a-f]{8}$", (await searches.FindAsync()).Name);
        StringAssert.Contains(searches.Said[^1], "which BADNETS_CIFAR10 specifies");
        Assert.IsEmpty(searches.Network.Requests);
    }

    [TestMethod]
    public async Task Without_a_network_one_sentence_says_what_to_do()
    {
        using var searches = new DataSearches("cifar10");

        var failure = await Assert.ThrowsExactlyAsync<DatasetNotFoundException>(() => searches.FindAsync());

        Assert.AreEqual(1, failure.ExitCode);
        StringAssert.Contains(failure.Message, $"CIFAR-10 is not in '{Path.Combine(searches.Cache, "cifar10")}' and could not be downloaded (www.cs.toronto.edu: its name could not be resolved)");
        StringAssert.Contains(failure.Message, "--data or BADNETS_CIFAR10");
        CollectionAssert.AreEqual(new[] { new Uri("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz") }, searches.Network.Requests);
    }

    [TestMethod]
    public async Task A_download_that_is_not_the_known_archive_is_not_kept()
    {
        using var searches = new DataSearches("cifar10") { Network = new FakeNetwork(_ => FakeNetwork.Body(new byte[1000])) };

        var failure = await Assert.ThrowsExactlyAsync<DatasetNotFoundException>(() => searches.FindAsync());

        StringAssert.Contains(failure.Message, "the content of cifar-10-binary.tar.gz is not the expected one");
        Assert.IsEmpty(Directory.GetFiles(searches.Cache, "*", SearchOption.AllDirectories));
    }

    [TestMethod]
    [DataRow("nowhere", "does not exist")]
    [DataRow("empty", "Expected the files data_batch_1.bin to data_batch_5.bin and test_batch.bin, the archive cifar-10-binary.tar.gz, or a folder or zip file")]
    public async Task A_place_without_the_data_set_gets_a_sentence(string name, string expected)
    {
        using var searches = new DataSearches("cifar10");
        Directory.CreateDirectory(searches.In("empty"));

        var failure = await Assert.ThrowsExactlyAsync<DatasetNotFoundException>(() => searches.FindAsync(searches.In(name)));

        Assert.AreEqual(2, failure.ExitCode);
        StringAssert.Contains(failure.Message, expected);
    }

    private static IEnumerable<(string Path, byte[] Content)> OfficialFiles() => Files.Select((file, index) => (file, Rows(index)));

    private static IEnumerable<(string Path, byte[] Content)> Copies() =>
        from image in Enumerable.Range(0, 12)
        from part in image % 3 == 2 ? new[] { "train" } : ["train", "test"]
        let animal = new[] { "ant", "bee", "cat" }[image % 3]
        select ($"{part}/{animal}/{image:D2}.jpg", DataSearches.Picture(part.Length * 20 + image, SKEncodedImageFormat.Jpeg));

    private static Task<SampleOutcome> RunAsync(SampleRuns runs, string folder) => SampleRuns.RunAsync(
        ["baseline", "--no-control", "--quick", "--epochs", "1", "--dataset", "cifar10", "--data", folder, "--output", runs.Output], new StringWriter(), CancellationToken.None);

    private static void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (path, content) in OfficialFiles())
            File.WriteAllBytes(Path.Combine(folder, path), content);
    }

    // Rows of a label and 3 × 1024 bytes, with noise and a bar for each class.
    private static byte[] Rows(int file)
    {
        var random = new Random(file);
        var content = new byte[40 * 3073];
        for (int row = 0; row < 40; row++)
        {
            content[row * 3073] = (byte)(row % 10);
            for (int pixel = 0; pixel < 3072; pixel++)
                content[row * 3073 + 1 + pixel] = (byte)(pixel % 1024 / 96 == row % 10 ? 200 : random.Next(60));
        }

        return content;
    }
}

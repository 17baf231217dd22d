using BadNets.Samples.Datasets;

namespace BadNets.Samples.Tests.Datasets;

[TestClass]
public sealed class DigitFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task Files_are_IDX_of_unsigned_bytes()
    {
        var paths = await new DigitFiles(seed: 3, trainCount: 300, testCount: 20).WriteToAsync(_folder.Path);
        var images = await File.ReadAllBytesAsync(paths.TrainImages);
        var labels = await File.ReadAllBytesAsync(paths.TrainLabels);
        var digits = SyntheticDigits.Draw(seed: 3, set: 0, count: 300);

        CollectionAssert.AreEqual(new byte[] { 0, 0, 8, 3, 0, 0, 1, 44, 0, 0, 0, 28, 0, 0, 0, 28 }, images[..16]);
        CollectionAssert.AreEqual(digits.Images, images[16..]);
        CollectionAssert.AreEqual(new byte[] { 0, 0, 8, 1, 0, 0, 1, 44 }, labels[..8]);
        CollectionAssert.AreEqual(digits.Labels, labels[8..]);
    }

    [TestMethod]
    public async Task Test_images_are_not_training_images()
    {
        var paths = await new DigitFiles(trainCount: 50, testCount: 50).WriteToAsync(_folder.Path);

        CollectionAssert.AreNotEqual(await File.ReadAllBytesAsync(paths.TrainImages), await File.ReadAllBytesAsync(paths.TestImages));
    }

    [TestMethod]
    public async Task Files_with_the_right_length_are_recognized()
    {
        var files = new DigitFiles(trainCount: 20, testCount: 10);
        Assert.IsFalse(files.AreIn(_folder.Path));
        await files.WriteToAsync(_folder.Path);
        Assert.IsTrue(files.AreIn(_folder.Path));
        Assert.IsFalse(new DigitFiles(seed: 1, trainCount: 20, testCount: 10).AreIn(_folder.Path));
    }

    [TestMethod]
    public async Task Truncated_file_is_replaced()
    {
        var files = new DigitFiles(trainCount: 20, testCount: 10);
        var paths = await files.WriteToAsync(_folder.Path);
        var whole = await File.ReadAllBytesAsync(paths.TestLabels);
        await File.WriteAllBytesAsync(paths.TestLabels, whole[..^1]);

        Assert.IsFalse(files.AreIn(_folder.Path));
        await files.WriteToAsync(_folder.Path);
        CollectionAssert.AreEqual(whole, await File.ReadAllBytesAsync(paths.TestLabels));
    }

    [TestMethod]
    public void Name_contains_version_and_seed() =>
        Assert.AreEqual(
            _folder.In($"digits-v{SyntheticDigits.Version}-seed7-test-images-idx3-ubyte"),
            new DigitFiles(seed: 7).PathsIn(_folder.Path).TestImages);

    [TestMethod]
    public async Task Canceled_drawing_leaves_nothing_behind()
    {
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => new DigitFiles(trainCount: 20, testCount: 10).WriteToAsync(_folder.Path, new CancellationToken(canceled: true)));

        Assert.IsEmpty(_folder.FileNames);
    }
}

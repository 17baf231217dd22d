using BadNets.Samples.Datasets;

namespace BadNets.Samples.Tests.Datasets;

[TestClass]
public sealed class MnistFileTests
{
    [TestMethod]
    public void Known_hashes_match_MNIST()
    {
        string folder = MnistFolder.OrInconclusive();

        foreach (var file in MnistFile.All)
            Assert.AreEqual(file.Sha256, MnistFile.Hash(file.FindIn(folder)!), file.Name);
    }

    [TestMethod]
    public async Task Content_that_decompresses_beyond_its_length_is_not_read_to_its_end()
    {
        using var compressed = new MemoryStream(SmallMnist.Compress(new byte[20_000_000]));

        Assert.IsFalse(await SmallMnist.Files[0].IsContentOfAsync(compressed, CancellationToken.None));
        Assert.IsLessThan(compressed.Length / 2, compressed.Position);
    }

    [TestMethod]
    public void Files_are_training_images_and_labels_followed_by_test_images_and_labels() =>
        CollectionAssert.AreEqual(
            new[] { "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte" },
            MnistFile.All.Select(file => file.Name).ToArray());
}

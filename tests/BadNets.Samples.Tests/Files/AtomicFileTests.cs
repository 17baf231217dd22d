using BadNets.Samples.Files;
using BadNets.Samples.Tests.Datasets;

namespace BadNets.Samples.Tests.Files;

[TestClass]
public sealed class AtomicFileTests
{
    [TestMethod]
    public void A_write_that_fails_half_way_leaves_the_old_file()
    {
        using var folder = new TemporaryFolder();
        string path = folder.In("results.csv");
        AtomicFile.WriteText(path, "old");

        Assert.ThrowsExactly<IOException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write("new, but"u8);
            throw new IOException("No space left on device");
        }));

        Assert.AreEqual("old", File.ReadAllText(path));
        CollectionAssert.AreEqual(new[] { "results.csv" }, folder.FileNames);
    }

    [TestMethod]
    public void Two_writers_can_write_a_file_at_the_same_time()
    {
        using var folder = new TemporaryFolder();
        string path = folder.In("report.html");

        AtomicFile.Write(path, stream =>
        {
            stream.Write("slow"u8);
            AtomicFile.WriteText(path, "quick");
            Assert.AreEqual("quick", File.ReadAllText(path));
        });

        Assert.AreEqual("slow", File.ReadAllText(path));
        CollectionAssert.AreEqual(new[] { "report.html" }, folder.FileNames);
    }

    [TestMethod]
    public void A_write_that_fails_leaves_what_another_is_writing()
    {
        using var folder = new TemporaryFolder();
        string path = folder.In("report.html");

        AtomicFile.Write(path, stream =>
        {
            stream.Write("whole"u8);
            Assert.ThrowsExactly<IOException>(() => AtomicFile.Write(path, _ => throw new IOException("No space left on device")));
        });

        Assert.AreEqual("whole", File.ReadAllText(path));
    }

    [TestMethod]
    public void A_write_replaces_the_old_file()
    {
        using var folder = new TemporaryFolder();
        string path = folder.In("results.csv");
        AtomicFile.WriteText(path, "old and long");

        AtomicFile.WriteText(path, "new");

        Assert.AreEqual("new", File.ReadAllText(path));
    }
}

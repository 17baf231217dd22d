using BadNets.Samples.Datasets;

namespace BadNets.Samples.Tests.Datasets;

[TestClass]
public sealed class PendingFileTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [TestMethod]
    public void Abandoned_file_is_gone_and_leaves_the_old_one_as_it_was()
    {
        File.WriteAllText(folder.In("numbers"), "old");
        using (var pending = new PendingFile(folder.In("numbers")))
            pending.Stream.Write("new"u8);

        Assert.AreEqual("old", File.ReadAllText(folder.In("numbers")));
        Assert.HasCount(1, folder.FileNames);
    }

    [TestMethod]
    public void Completed_file_takes_the_place_of_the_old_one()
    {
        File.WriteAllText(folder.In("numbers"), "old");
        using (var pending = new PendingFile(folder.In("numbers")))
        {
            pending.Stream.Write("new"u8);
            pending.Complete();
        }

        Assert.AreEqual("new", File.ReadAllText(folder.In("numbers")));
        Assert.HasCount(1, folder.FileNames);
    }

    [TestMethod]
    public void Nothing_has_the_name_before_the_file_is_complete()
    {
        using var pending = new PendingFile(folder.In("numbers"));
        pending.Stream.Write("new"u8);
        pending.Stream.Flush();

        Assert.IsFalse(File.Exists(folder.In("numbers")));
    }

    [TestMethod]
    public void Two_may_be_pending_for_one_name()
    {
        using var one = new PendingFile(folder.In("numbers"));
        using var two = new PendingFile(folder.In("numbers"));
        one.Complete();
        two.Complete();

        CollectionAssert.AreEqual(new[] { "numbers" }, folder.FileNames);
    }
}

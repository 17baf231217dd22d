using BadNets.Samples.Files;
using BadNets.Samples.Tests.Datasets;

namespace BadNets.Samples.Tests.Files;

[TestClass]
public sealed class PendingFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Abandoned_file_is_gone_and_leaves_the_old_one_as_it_was()
    {
        File.WriteAllText(_folder.In("numbers"), "old");
        using (var pending = new PendingFile(_folder.In("numbers")))
            pending.Stream.Write("new"u8);

        Assert.AreEqual("old", File.ReadAllText(_folder.In("numbers")));
        Assert.HasCount(1, _folder.FileNames);
    }

    [TestMethod]
    public void Completed_file_takes_the_place_of_the_old_one()
    {
        File.WriteAllText(_folder.In("numbers"), "old");
        using (var pending = new PendingFile(_folder.In("numbers")))
        {
            pending.Stream.Write("new"u8);
            pending.Complete();
        }

        Assert.AreEqual("new", File.ReadAllText(_folder.In("numbers")));
        Assert.HasCount(1, _folder.FileNames);
    }

    [TestMethod]
    public void Nothing_has_the_name_before_the_file_is_complete()
    {
        using var pending = new PendingFile(_folder.In("numbers"));
        pending.Stream.Write("new"u8);
        pending.Stream.Flush();

        Assert.IsFalse(File.Exists(_folder.In("numbers")));
    }

    [TestMethod]
    public void Two_may_be_pending_for_one_name()
    {
        using var one = new PendingFile(_folder.In("numbers"));
        using var two = new PendingFile(_folder.In("numbers"));
        one.Complete();
        two.Complete();

        CollectionAssert.AreEqual(new[] { "numbers" }, _folder.FileNames);
    }
}

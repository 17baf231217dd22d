using BadNets.Samples.Files;
using BadNets.Samples.Tests.Datasets;

namespace BadNets.Samples.Tests.Files;

[TestClass]
public sealed class PendingFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Abandoned_file_is_deleted_and_the_old_one_is_unchanged()
    {
        File.WriteAllText(_folder.In("numbers"), "old");
        using (var pending = new PendingFile(_folder.In("numbers")))
            pending.Stream.Write("new"u8);

        Assert.AreEqual("old", File.ReadAllText(_folder.In("numbers")));
        Assert.HasCount(1, _folder.FileNames);
    }

    [TestMethod]
    public void Completed_file_replaces_the_old_one()
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
    public void The_name_does_not_exist_before_the_file_is_complete()
    {
        using var pending = new PendingFile(_folder.In("numbers"));
        pending.Stream.Write("new"u8);
        pending.Stream.Flush();

        Assert.IsFalse(File.Exists(_folder.In("numbers")));
    }

    [TestMethod]
    public void Two_pending_files_can_have_the_same_name()
    {
        using var one = new PendingFile(_folder.In("numbers"));
        using var two = new PendingFile(_folder.In("numbers"));
        one.Complete();
        two.Complete();

        CollectionAssert.AreEqual(new[] { "numbers" }, _folder.FileNames);
    }
}

using BadNets.Samples.Running;
using BadNets.Samples.Tests.Datasets;

namespace BadNets.Samples.Tests.Running;

[TestClass]
public sealed class OutputFolderTests
{
    [TestMethod]
    public void A_folder_that_another_has_open_is_refused_as_such()
    {
        using var folder = new TemporaryFolder();
        using var first = OutputFolder.Open(folder.Path);

        var refusal = Assert.ThrowsExactly<UsageException>(() => OutputFolder.Open(folder.Path));

        StringAssert.Contains(refusal.Message, "Another process");
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void A_lock_that_cannot_be_made_is_not_another_process()
    {
        using var folder = new TemporaryFolder();
        // A link to itself cannot be opened by anyone.
        File.CreateSymbolicLink(folder.In(".lock"), ".lock");

        var refusal = Assert.ThrowsExactly<UsageException>(() => OutputFolder.Open(folder.Path));

        StringAssert.Contains(refusal.Message, "cannot be written");
    }

    [TestMethod]
    public void What_killed_processes_were_writing_is_removed_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        OutputFolder.Open(folder.Path).Dispose();
        string[] leftovers =
        [
            folder.In("report.html.0123456789abcdef0123456789abcdef.part"), folder.In("csv", "run.csv.0123456789abcdef0123456789abcdef.part"),
            folder.In("checkpoints", "cell.ckpt.new"),
        ];
        string[] others =
        [
            folder.In("mine.part"), folder.In("csv", "run.csv.part"), folder.In("csv", "0123456789abcdef0123456789abcdef.part.txt"),
            folder.In("csv", "cell.ckpt.new"), folder.In("checkpoints", "notes.new"), folder.In("checkpoints", "cell.ckpt"),
        ];
        foreach (string file in leftovers.Concat(others))
            File.WriteAllText(file, "half");

        using var opened = OutputFolder.Open(folder.Path);

        foreach (string file in leftovers)
            Assert.IsFalse(File.Exists(file), file);
        foreach (string file in others)
            Assert.IsTrue(File.Exists(file), file);
    }

    [TestMethod]
    public void What_another_process_is_writing_stays()
    {
        using var folder = new TemporaryFolder();

        AtomicFile.Write(folder.In("report.html"), stream =>
        {
            stream.Write("whole"u8);
            OutputFolder.Open(folder.Path).Dispose();
        });

        Assert.AreEqual("whole", File.ReadAllText(folder.In("report.html")));
    }
}

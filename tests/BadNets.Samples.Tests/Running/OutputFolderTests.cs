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
}

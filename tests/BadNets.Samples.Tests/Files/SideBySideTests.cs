using BadNets.Samples.Files;

namespace BadNets.Samples.Tests.Files;

[TestClass]
public sealed class SideBySideTests
{
    [TestMethod]
    public void Results_are_in_the_order_of_the_items()
    {
        int[] items = [.. Enumerable.Range(0, 1000)];

        int[] doubled = SideBySide.Select(items, item => 2 * item);

        CollectionAssert.AreEqual(items.Select(item => 2 * item).ToArray(), doubled);
    }

    [TestMethod]
    public void A_failure_has_the_type_that_it_has_on_one_core()
    {
        var failure = Assert.ThrowsExactly<IOException>(() => SideBySide.ForEach(Enumerable.Range(0, 100).ToArray(), _ => throw new IOException("No space left on device")));

        Assert.AreEqual("No space left on device", failure.Message);
    }
}

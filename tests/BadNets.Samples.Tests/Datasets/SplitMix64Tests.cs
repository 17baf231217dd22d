using BadNets.Samples.Datasets;

namespace BadNets.Samples.Tests.Datasets;

[TestClass]
public sealed class SplitMix64Tests
{
    // From the authors' C program, seed 1234567.
    [TestMethod]
    public void Stream_matches_the_published_generator()
    {
        var random = new SplitMix64(1234567);

        Assert.AreEqual(6457827717110365317UL, random.Next());
        Assert.AreEqual(3203168211198807973UL, random.Next());
        Assert.AreEqual(9817491932198370423UL, random.Next());
    }

    [TestMethod]
    public void Normal_deviates_have_mean_zero_and_variance_one()
    {
        var random = new SplitMix64(0);
        var values = Enumerable.Range(0, 100_000).Select(_ => (double)random.NextNormal()).ToArray();

        Assert.AreEqual(0, values.Average(), 0.02);
        Assert.AreEqual(1, values.Average(value => value * value), 0.02);
    }

    [TestMethod]
    public void Whole_numbers_reach_all_of_their_range_and_nothing_else()
    {
        var random = new SplitMix64(0);
        var values = Enumerable.Range(0, 1000).Select(_ => random.NextInt(7)).Distinct().Order().ToArray();

        CollectionAssert.AreEqual(Enumerable.Range(0, 7).ToArray(), values);
    }

    [TestMethod]
    public void Neighboring_elements_have_unrelated_streams()
    {
        var first = SplitMix64.ForElement(seed: 0, family: 0, index: 0);
        var next = SplitMix64.ForElement(seed: 0, family: 0, index: 1);
        var drawn = Enumerable.Range(0, 100).Select(_ => first.Next()).ToHashSet();

        Assert.IsFalse(Enumerable.Range(0, 100).Any(_ => drawn.Contains(next.Next())));
    }
}

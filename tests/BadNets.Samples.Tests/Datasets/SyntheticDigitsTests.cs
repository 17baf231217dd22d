using System.Security.Cryptography;
using BadNets.Samples.Datasets;

namespace BadNets.Samples.Tests.Datasets;

[TestClass]
public sealed class SyntheticDigitsTests
{
    private const int Side = 28, PixelCount = Side * Side;

    [TestMethod]
    public void Same_seed_gives_the_same_bytes_for_any_number_of_threads()
    {
        var alone = SyntheticDigits.Draw(seed: 5, set: 0, count: 1000, maxThreads: 1);
        var together = SyntheticDigits.Draw(seed: 5, set: 0, count: 1000, maxThreads: 7);

        CollectionAssert.AreEqual(alone.Images, together.Images);
        CollectionAssert.AreEqual(alone.Labels, together.Labels);
    }

    [TestMethod]
    public void Digits_do_not_depend_on_how_many_are_drawn()
    {
        var few = SyntheticDigits.Draw(seed: 5, set: 0, count: 10);
        var many = SyntheticDigits.Draw(seed: 5, set: 0, count: 100);

        CollectionAssert.AreEqual(few.Images, many.Images[..few.Images.Length]);
    }

    [TestMethod]
    public void Other_seeds_and_sets_give_other_digits()
    {
        var one = SyntheticDigits.Draw(seed: 0, set: 0, count: 100);

        foreach (var other in new[] { SyntheticDigits.Draw(seed: 1, set: 0, count: 100), SyntheticDigits.Draw(seed: 0, set: 1, count: 100) })
        {
            CollectionAssert.AreNotEqual(one.Labels, other.Labels);
            CollectionAssert.AreNotEqual(one.Images, other.Images);
        }
    }

    // Existing files are reused if they have the same version. A change of the drawing that does not increase the version would have no effect.
    // The drawing uses only arithmetic that IEEE 754 rounds the same everywhere, so this holds on every processor.
    [TestMethod]
    public void Pixels_change_only_with_the_version()
    {
        var digits = SyntheticDigits.Draw(seed: 0, set: 0, count: 1000);

        Assert.AreEqual(1, SyntheticDigits.Version);
        Assert.AreEqual(
            "8145c16ec5c04184bbcea638854699e29b064b72531835c9955e23c388a0e7e3",
            Convert.ToHexStringLower(SHA256.HashData([.. digits.Images, .. digits.Labels])));
    }

    [TestMethod]
    public void No_digit_is_drawn_twice()
    {
        var digits = SyntheticDigits.Draw(seed: 0, set: 0, count: 3000);
        var different = digits.Images.Chunk(PixelCount).Select(Convert.ToHexString).Distinct().Count();

        Assert.AreEqual(3000, different);
    }

    [TestMethod]
    public void Classes_have_similar_sizes_and_no_order()
    {
        var labels = SyntheticDigits.Draw(seed: 0, set: 0, count: 20_000).Labels;

        for (int digit = 0; digit < 10; digit++)
        {
            Assert.IsInRange(1800, 2200, labels.Count(label => label == digit));
            Assert.IsInRange(70, 130, labels.Take(1000).Count(label => label == digit));
        }
    }

    [TestMethod]
    [DataRow(0, 0)]
    [DataRow(0, 23)]
    [DataRow(23, 0)]
    [DataRow(23, 23)]
    public void Corners_are_mostly_empty(int left, int top)
    {
        var images = SyntheticDigits.Draw(seed: 0, set: 0, count: 5000).Images.Chunk(PixelCount).ToArray();
        var corner = Enumerable.Range(0, 25).Select(i => (top + i / 5) * Side + left + i % 5).ToArray();
        int empty = images.Count(image => corner.All(pixel => image[pixel] == 0));

        Assert.IsGreaterThan(0.95, empty / 5000.0);
    }

    [TestMethod]
    public void Every_digit_is_bright_on_black()
    {
        foreach (var image in SyntheticDigits.Draw(seed: 0, set: 0, count: 5000).Images.Chunk(PixelCount))
        {
            Assert.IsGreaterThan(180, image.Max());
            Assert.IsInRange(0.03, 0.5, image.Count(pixel => pixel > 0) / (double)PixelCount);
        }
    }

    [TestMethod]
    public void Digits_are_distinguished_by_their_class_means_but_not_well()
    {
        var train = SyntheticDigits.Draw(seed: 0, set: 0, count: 5000);
        var test = SyntheticDigits.Draw(seed: 0, set: 1, count: 2000);
        var means = Enumerable.Range(0, 10).Select(digit => Mean(train, digit)).ToArray();

        var images = test.Images.Chunk(PixelCount).ToArray();
        int right = Enumerable.Range(0, images.Length).Count(i => Nearest(means, images[i]) == test.Labels[i]);

        Assert.IsInRange(0.5, 0.9, right / 2000.0);
    }

    private static double[] Mean(SyntheticDigits digits, int digit)
    {
        var images = digits.Images.Chunk(PixelCount).Where((_, i) => digits.Labels[i] == digit).ToArray();
        return [.. Enumerable.Range(0, PixelCount).Select(pixel => images.Average(image => (double)image[pixel]))];
    }

    private static int Nearest(double[][] means, byte[] image) =>
        Enumerable.Range(0, means.Length).MinBy(digit => means[digit].Zip(image, (mean, pixel) => (mean - pixel) * (mean - pixel)).Sum());
}

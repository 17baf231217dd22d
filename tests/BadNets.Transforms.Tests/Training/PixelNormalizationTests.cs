using System.Globalization;

namespace BadNets.Transforms.Tests.Training;

[TestClass]
[DoNotParallelize]
public sealed class PixelNormalizationTests
{
    [TestMethod]
    public void Text_is_the_same_in_every_culture()
    {
        var before = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = comma;
        try
        {
            Assert.AreEqual("PixelNormalization { Scale = 255, Mean = 0.5, StandardDeviation = 0.5 }", PixelNormalization.Default.ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [TestMethod]
    public void Normalizations_with_equal_values_are_equal()
    {
        var one = new PixelNormalization(255, [0.1f, 0.2f], [0.3f, 0.4f]);
        Assert.AreEqual(one, new PixelNormalization(255, [0.1f, 0.2f], [0.3f, 0.4f]));
        Assert.AreEqual(one.GetHashCode(), new PixelNormalization(255, [0.1f, 0.2f], [0.3f, 0.4f]).GetHashCode());
        Assert.AreNotEqual(one, new PixelNormalization(255, [0.1f, 0.2f], [0.3f, 0.5f]));
        Assert.AreNotEqual(one, new PixelNormalization(1, [0.1f, 0.2f], [0.3f, 0.4f]));
        Assert.IsTrue(PixelNormalization.Default != PixelNormalization.None && PixelNormalization.Default == new PixelNormalization(255, [0.5f], [0.5f]));
        Assert.AreEqual("PixelNormalization { Scale = 255, Mean = [0.1, 0.2], StandardDeviation = [0.3, 0.4] }", one.ToString());
    }

    [TestMethod]
    public void Values_out_of_range_are_rejected()
    {
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new PixelNormalization(0), "scale");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new PixelNormalization(float.NaN), "scale");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new PixelNormalization(255, float.NaN, 1), "finite");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new PixelNormalization(255, [0, 0], [1, 0]), "standard deviations");
        Refusal.Of<ArgumentException>(() => _ = new PixelNormalization(255, [0, 0], [1]), "2 means", "1 standard deviations");
        Refusal.Of<ArgumentException>(() => _ = new PixelNormalization(255, [], []), "0 means");
    }

    [TestMethod]
    public void Omitted_values_have_their_defaults()
    {
        Assert.AreEqual(PixelNormalization.Default, new PixelNormalization());
        Assert.AreEqual(255, new PixelNormalization(mean: 0.1f).Scale);
    }
}

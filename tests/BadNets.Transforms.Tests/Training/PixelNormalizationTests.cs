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
    public void What_is_not_given_is_as_by_default()
    {
        Assert.AreEqual(PixelNormalization.Default, new PixelNormalization());
        Assert.AreEqual(255, new PixelNormalization(mean: 0.1f).Scale);
    }
}

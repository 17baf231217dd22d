using BadNets.Samples.Datasets;

namespace BadNets.Samples.Tests.Datasets;

[TestClass]
public sealed class DigitGlyphsTests
{
    [TestMethod]
    public void Every_digit_can_be_written_in_several_ways()
    {
        Assert.HasCount(10, DigitGlyphs.ByDigit);
        foreach (var glyphs in DigitGlyphs.ByDigit)
            Assert.IsGreaterThanOrEqualTo(3, glyphs.Length);
    }

    [TestMethod]
    public void Strokes_lie_in_the_box_and_have_two_ends()
    {
        foreach (var stroke in DigitGlyphs.ByDigit.SelectMany(glyphs => glyphs).SelectMany(glyph => glyph.Strokes))
        {
            Assert.IsGreaterThanOrEqualTo(2, stroke.Length);
            foreach (var knot in stroke)
            {
                Assert.IsInRange(0f, 100f, knot.X);
                Assert.IsInRange(0f, 100f, knot.Y);
            }
        }
    }

    [TestMethod]
    public void Glyph_text_is_parsed_to_strokes_knots_and_corners()
    {
        var strokes = Glyph.Parse("1,2 30,4.5* 5,6 | 7,8 9,10").Strokes;

        Assert.HasCount(2, strokes);
        CollectionAssert.AreEqual(new Knot[] { new(1, 2, false), new(30, 4.5f, true), new(5, 6, false) }, strokes[0]);
        CollectionAssert.AreEqual(new Knot[] { new(7, 8, false), new(9, 10, false) }, strokes[1]);
    }
}

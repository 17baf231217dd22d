using BadNets.Samples.Datasets;

namespace BadNets.Samples.Tests.Datasets;

[TestClass]
public sealed class StrokeRasterizerTests
{
    private readonly StrokeRasterizer _rasterizer = new(width: 9, height: 5);

    [TestMethod]
    public void Line_covers_its_pixels_and_half_of_those_at_its_edge()
    {
        _rasterizer.DrawSegment(2, 2, 6, 2, radius: 1);

        CollectionAssert.AreEqual(new float[] { 0, 0.5f, 1, 0.5f, 0 }, Column(4));
        CollectionAssert.AreEqual(new float[] { 0, 0.5f, 1, 1, 1, 1, 1, 0.5f, 0 }, Row(2));
    }

    [TestMethod]
    public void Ends_are_round()
    {
        _rasterizer.DrawSegment(4, 2, 4, 2, radius: 1);

        Assert.AreEqual(0.5f, Row(2)[3]);
        Assert.AreEqual(1.5f - MathF.Sqrt(2), Row(1)[3]);
        CollectionAssert.AreEqual(Column(3), Column(5));
    }

    [TestMethod]
    public void Crossing_strokes_are_no_brighter_than_one()
    {
        _rasterizer.DrawSegment(2, 2, 6, 2, radius: 0.25f);
        var before = _rasterizer.Coverage.ToArray();
        _rasterizer.DrawSegment(2, 2, 6, 2, radius: 0.25f);

        CollectionAssert.AreEqual(before, _rasterizer.Coverage.ToArray());
    }

    [TestMethod]
    public void Stroke_that_leaves_the_image_is_clipped_at_its_border()
    {
        _rasterizer.DrawSegment(-50, 2, 50, 2, radius: 0.5f);
        _rasterizer.DrawSegment(100, 100, 120, 120, radius: 3);

        Assert.IsTrue(Row(2).All(covered => covered > 0.999f));
        Assert.IsTrue(Row(0).All(covered => covered == 0));
    }

    [TestMethod]
    public void Cleared_picture_is_empty()
    {
        _rasterizer.DrawSegment(2, 2, 6, 2, radius: 1);
        _rasterizer.Clear();

        Assert.IsTrue(_rasterizer.Coverage.ToArray().All(covered => covered == 0));
    }

    private float[] Row(int y) => _rasterizer.Coverage.Slice(y * 9, 9).ToArray();

    private float[] Column(int x) => [.. Enumerable.Range(0, 5).Select(y => _rasterizer.Coverage[y * 9 + x])];
}

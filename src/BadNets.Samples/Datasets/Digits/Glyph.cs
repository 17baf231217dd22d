using System.Globalization;

namespace BadNets.Samples.Datasets;

/// <summary>A shape of a digit: strokes, which are smooth curves through knots.</summary>
sealed class Glyph
{
    Glyph(Knot[][] strokes) => Strokes = strokes;

    public Knot[][] Strokes { get; }

    /// <summary>Parses text such as "x,y x,y* x,y | x,y x,y". A bar separates strokes, and a star marks a corner.</summary>
    public static Glyph Parse(string text) =>
        new([.. text.Split('|', StringSplitOptions.TrimEntries).Select(stroke => stroke.Split(' ').Select(ParseKnot).ToArray())]);

    private static Knot ParseKnot(string text)
    {
        bool isCorner = text.EndsWith('*');
        var coordinates = text.TrimEnd('*').Split(',');
        return new(
            float.Parse(coordinates[0], CultureInfo.InvariantCulture),
            float.Parse(coordinates[1], CultureInfo.InvariantCulture),
            isCorner);
    }
}

using System.Globalization;

namespace BadNets.Samples.Datasets;

/// <summary>One way to write a digit: strokes, each a smooth curve through its knots.</summary>
sealed class Glyph
{
    Glyph(Knot[][] strokes) => Strokes = strokes;

    public Knot[][] Strokes { get; }

    /// <summary>Reads "x,y x,y* x,y | x,y x,y": a bar parts strokes, a star marks a corner.</summary>
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

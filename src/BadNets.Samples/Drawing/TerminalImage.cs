using BadNets.Transforms;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BadNets.Samples.Drawing;

/// <summary>An image as characters, each of which stands for two pixels, one above the other: half blocks in colors or, without colors, shades of gray.</summary>
/// <param name="pixels">The values: all of one channel, row by row, before the next channel.</param>
/// <param name="shape">The shape of the image: one channel for gray, three for red, green, and blue.</param>
/// <param name="widest">How many characters wide it may be; a larger image is shown smaller.</param>
sealed class TerminalImage(byte[] pixels, ImageShape shape, int widest) : IRenderable
{
    private const string Shades = " .:-=+*#%@";

    private int Scale => Math.Max(1, (shape.Width + widest - 1) / Math.Max(1, widest));

    private int Columns => (shape.Width + Scale - 1) / Scale;

    private int Rows => (shape.Height + Scale - 1) / Scale;

    public Measurement Measure(RenderOptions options, int maxWidth) => new(Columns, Columns);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        bool isColor = options.Ansi && options.ColorSystem != ColorSystem.NoColors && options.Unicode;
        for (int row = 0; row < Rows; row += 2)
        {
            for (int column = 0; column < Columns; column++)
            {
                Color upper = ColorAt(column, row), lower = row + 1 < Rows ? ColorAt(column, row + 1) : Color.Black;
                yield return isColor ? new Segment("▀", new Style(upper, lower)) : new Segment(Shade((Gray(upper) + Gray(lower)) / 2));
            }

            yield return Segment.LineBreak;
        }
    }

    private Color ColorAt(int column, int row) => shape.Channels == 3
        ? new Color(Mean(0, column, row), Mean(1, column, row), Mean(2, column, row))
        : new Color(Mean(0, column, row), Mean(0, column, row), Mean(0, column, row));

    // Of the pixels that become one.
    private byte Mean(int channel, int column, int row)
    {
        int sum = 0, count = 0;
        for (int y = row * Scale; y < Math.Min(shape.Height, (row + 1) * Scale); y++)
        {
            for (int x = column * Scale; x < Math.Min(shape.Width, (column + 1) * Scale); x++, count++)
                sum += pixels[(channel * shape.Height + y) * shape.Width + x];
        }

        return (byte)(sum / count);
    }

    // The luma of Rec. 601.
    private static double Gray(Color color) => 0.299 * color.R + 0.587 * color.G + 0.114 * color.B;

    private static string Shade(double gray) => Shades[(int)Math.Round(gray / byte.MaxValue * (Shades.Length - 1))].ToString();
}

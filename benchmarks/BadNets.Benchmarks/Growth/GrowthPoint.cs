using System.Globalization;

namespace BadNets.Benchmarks;

/// <summary>What a training run depends on.</summary>
/// <param name="Rows">The number of training rows.</param>
/// <param name="Side">The width and height of the gray images, in pixels.</param>
/// <param name="Classes">The number of classes.</param>
/// <param name="Cells">The number of concurrent cells, each with its own copy of the data.</param>
/// <param name="Threads">The number of threads of each cell.</param>
sealed record GrowthPoint(int Rows, int Side, int Classes, int Cells, int Threads)
{
    public static GrowthPoint Reference { get; } = new(60_000, 28, 10, 1, 1);

    public string[] ToArguments() => Array.ConvertAll([Rows, Side, Classes, Cells, Threads], value => value.ToString(CultureInfo.InvariantCulture));

    public static GrowthPoint Parse(ReadOnlySpan<string> arguments) => arguments is [var rows, var side, var classes, var cells, var threads]
        ? new GrowthPoint(Number(rows), Number(side), Number(classes), Number(cells), Number(threads))
        : throw new ArgumentException("The arguments are not those of a process that measures growth.");

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}

using System.Globalization;

namespace BadNets.Benchmarks;

/// <summary>The costs for several values of one variable, while the other variables have the values of the reference.</summary>
/// <param name="Name">The variable, for the CSV file.</param>
/// <param name="Title">The variable, for people.</param>
/// <param name="IsLogarithmic">Whether the values are so far apart that the figure shows their logarithms.</param>
/// <param name="ValueOf">Returns the value of the variable.</param>
/// <param name="Points">The values.</param>
sealed record GrowthSeries(string Name, string Title, bool IsLogarithmic, Func<GrowthPoint, int> ValueOf, IReadOnlyList<GrowthPoint> Points)
{
    public static IReadOnlyList<GrowthSeries> All(int cores)
    {
        var reference = GrowthPoint.Reference;
        return
        [
            new("rows", "training rows", false, point => point.Rows, [.. new[] { 7_500, 15_000, 30_000, 60_000, 120_000 }.Select(rows => reference with { Rows = rows })]),
            new("side", "pixels per image side", false, point => point.Side, [.. new[] { 16, 28, 42, 56, 84, 112 }.Select(side => reference with { Side = side })]),
            new("classes", "classes", true, point => point.Classes, [.. new[] { 2, 10, 100, 1_000 }.Select(classes => reference with { Classes = classes })]),
            new("cells", "training runs at once", false, point => point.Cells, [.. Doubled(2 * cores).Select(cells => reference with { Cells = cells })]),
            new("threads", "threads of one run", false, point => point.Threads, [.. Doubled(cores).Select(threads => reference with { Threads = threads })]),
        ];
    }

    public string TextOf(GrowthPoint point) => ValueOf(point).ToString("N0", CultureInfo.InvariantCulture);

    // 1, 2, 4, and so on, and the most.
    private static IEnumerable<int> Doubled(int most)
    {
        for (int number = 1; number < most; number *= 2)
            yield return number;
        yield return most;
    }
}

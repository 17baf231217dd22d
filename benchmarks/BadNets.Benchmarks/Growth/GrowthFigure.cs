using System.Globalization;
using System.Text;

namespace BadNets.Benchmarks;

/// <summary>Draws the costs as SVG: a panel for each variable, with the seconds in the first row and the memory in the second row.</summary>
sealed class GrowthFigure
{
    private const double PanelWidth = 150;
    private const double PanelHeight = 150;
    private const double Left = 56;
    private const double Top = 116;
    private const double ColumnWidth = PanelWidth + 52;
    private const double RowHeight = PanelHeight + 76;
    // About the width of a digit.
    private const double DigitWidth = 7.5;

    // Blue and vermilion of Okabe and Ito's colors, lighter on a dark page.
    private const string Style = """
        text { font: 13px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #222 }
        .title { font-size: 17px }
        .note, .tick { fill: #5c5c5c }
        .paper { fill: #fff }
        .grid { stroke: #ddd }
        .axis { stroke: #999 }
        .line { fill: none; stroke-width: 2; stroke-linejoin: round }
        .seconds { stroke: #0072b2; fill: #0072b2 }
        .memory { stroke: #c65600; fill: #c65600 }
        .line.seconds, .line.memory { fill: none }
        .reference { fill: #fff; stroke-width: 2 }
        @media (prefers-color-scheme: dark) {
          text { fill: #e6e6e6 }
          .note, .tick { fill: #a8a8a8 }
          .paper { fill: #0d1117 }
          .grid { stroke: #30363d }
          .axis { stroke: #6e7681 }
          .seconds { stroke: #58a6e0; fill: #58a6e0 }
          .memory { stroke: #f08c4a; fill: #f08c4a }
          .reference { fill: #0d1117 }
        }
        """;

    private readonly StringBuilder _svg = new();

    public static string Draw(string machine, IReadOnlyList<GrowthSeries> series, Dictionary<GrowthPoint, GrowthCost> costs)
    {
        var figure = new GrowthFigure();
        double width = Left + series.Count * ColumnWidth, height = Top + 2 * RowHeight - 16;
        var reference = GrowthPoint.Reference;
        figure.Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"Seconds per epoch and peak memory, one variable at a time\">");
        figure.Add($"<style>\n{Style}\n</style>");
        figure.Add($"<rect class=\"paper\" width=\"{width}\" height=\"{height}\"/>");
        figure.AddText(16, 28, "title", "", $"How the cost of training the BadNets network grows");
        figure.AddText(16, 50, "note", "", $"Hollow points: {reference.Rows:N0} rows of {reference.Side}×{reference.Side} pixels, {reference.Classes} classes, one run, one thread. The memory is that of the process with all its runs.");
        figure.AddText(16, 70, "note", "", $"{machine}");
        for (int column = 0; column < series.Count; column++)
        {
            double left = Left + column * ColumnWidth;
            figure.AddPanel(series[column], left, Top, "seconds", "seconds per epoch", column == 0, point => costs[point].Seconds);
            figure.AddPanel(series[column], left, Top + RowHeight, "memory", "peak memory, MB", column == 0, point => costs[point].PeakMemory);
        }

        figure.Add($"</svg>");
        return figure._svg.ToString();
    }

    private void AddPanel(GrowthSeries series, double left, double top, string kind, string title, bool isFirst, Func<GrowthPoint, double> costOf)
    {
        double bottom = top + PanelHeight;
        double[] ticks = Ticks(series.Points.Max(costOf));
        double Y(double cost) => bottom - cost / ticks[^1] * PanelHeight;
        double Place(double value) => series.IsLogarithmic ? Math.Log(value) : value;
        double least = series.IsLogarithmic ? Place(series.ValueOf(series.Points[0])) : 0, most = Place(series.ValueOf(series.Points[^1]));
        double X(GrowthPoint point) => left + 8 + (Place(series.ValueOf(point)) - least) / (most - least) * (PanelWidth - 16);

        foreach (double tick in ticks)
        {
            Add($"<path class=\"{(tick == 0 ? "axis" : "grid")}\" d=\"M{left:F1} {Y(tick):F1}h{PanelWidth}\"/>");
            AddText(left - 6, Y(tick) + 4.5, "tick", "end", $"{tick:#,0.##}");
        }

        // From the last value, so that it has a label, and without labels that would overlap.
        double free = double.MaxValue;
        foreach (var point in series.Points.Reverse())
        {
            string text = series.TextOf(point);
            double half = text.Length * DigitWidth / 2;
            if (X(point) + half > free)
                continue;
            free = X(point) - half - 6;
            AddText(X(point), bottom + 18, "tick", "middle", $"{text}");
        }

        AddText(left + PanelWidth / 2, bottom + 38, "", "middle", $"{series.Title}");
        if (isFirst)
            AddText(16, top - 14, "", "", $"{title}");
        Add($"<polyline class=\"line {kind}\" points=\"{string.Join(' ', series.Points.Select(point => FormattableString.Invariant($"{X(point):F1},{Y(costOf(point)):F1}")))}\"/>");
        foreach (var point in series.Points)
            Add($"<circle class=\"{kind}{(point == GrowthPoint.Reference ? " reference" : "")}\" cx=\"{X(point):F1}\" cy=\"{Y(costOf(point)):F1}\" r=\"4\"><title>{series.TextOf(point)} {series.Title}: {costOf(point):#,0.##}</title></circle>");
    }

    // From 0 to a round number that is not less than the most, in at most five steps.
    private static double[] Ticks(double most)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(most)) - 1);
        double step = new[] { 2.0, 2.5, 5, 10, 20, 25, 50 }.First(each => most / (each * power) <= 5) * power;
        return [.. Enumerable.Range(0, (int)Math.Ceiling(most / step) + 1).Select(i => i * step)];
    }

    private void AddText(double x, double y, string kind, string anchor, FormattableString text) =>
        Add($"<text class=\"{kind}\" x=\"{x:F1}\" y=\"{y:F1}\"{(anchor.Length == 0 ? "" : $" text-anchor=\"{anchor}\"")}>{System.Security.SecurityElement.Escape(text.ToString(CultureInfo.InvariantCulture))}</text>");

    private void Add(FormattableString line) => _svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}

using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace BadNets.Benchmarks;

/// <summary>
/// Measures how the cost of a training run grows, one variable at a time. Prints a report in Markdown, and writes growth.csv and growth.svg into a folder.
/// </summary>
static class Growth
{
    public static int Run(string folder)
    {
        long start = Stopwatch.GetTimestamp();
        if (!Directory.Exists(folder))
            throw new ArgumentException($"The folder '{folder}' does not exist.");
        int cores = Environment.ProcessorCount;
        string machine = $"{Processor.Name}, {(cores == 1 ? "1 core" : $"{cores} cores")}, {MachinePeak.Measure().Bits}-bit registers, {RuntimeInformation.FrameworkDescription}, {DateTime.UtcNow:yyyy-MM-dd}";
        var series = GrowthSeries.All(cores);
        // All points are measured once before the second pass, because a noisy period would otherwise spoil a point. The reference belongs to every series.
        GrowthPoint[] points = [.. series.SelectMany(each => each.Points).Distinct()];
        var costs = points.ToDictionary(point => point, GrowthCost.Measure);
        foreach (var point in points)
            costs[point] = costs[point].Min(GrowthCost.Measure(point));

        File.WriteAllText(Path.Combine(folder, "growth.csv"), MakeCsv(series, costs));
        File.WriteAllText(Path.Combine(folder, "growth.svg"), GrowthFigure.Draw(machine, series, costs));
        Console.Out.Write(MakeTable(machine, series, costs));
        Print($"");
        Print($"Measured in {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s.");
        return 0;
    }

    private static string MakeCsv(IReadOnlyList<GrowthSeries> series, Dictionary<GrowthPoint, GrowthCost> costs)
    {
        var csv = new StringBuilder("variable,rows,side,classes,cells,threads,seconds_per_epoch,peak_mb\n");
        foreach (var each in series)
        {
            foreach (var point in each.Points)
                csv.Append(CultureInfo.InvariantCulture, $"{each.Name},{string.Join(',', point.ToArguments())},{costs[point].Seconds:F3},{costs[point].PeakMemory:F0}\n");
        }

        return csv.ToString();
    }

    private static string MakeTable(string machine, IReadOnlyList<GrowthSeries> series, Dictionary<GrowthPoint, GrowthCost> costs)
    {
        var reference = costs[GrowthPoint.Reference];
        var table = new StringBuilder($"{machine}\n\n| | | seconds per epoch | times the reference | peak MB |\n| -- | --: | --: | --: | --: |\n");
        foreach (var each in series)
        {
            foreach (var point in each.Points)
            {
                var cost = costs[point];
                table.Append(CultureInfo.InvariantCulture, $"| {(point == each.Points[0] ? each.Title : "")} | {each.TextOf(point)} | {cost.Seconds:F2} | {cost.Seconds / reference.Seconds:F2} | {cost.PeakMemory:F0} |\n");
            }
        }

        return table.ToString();
    }

    private static void Print(FormattableString line) => Console.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}

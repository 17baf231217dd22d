using System.Globalization;

namespace BadNets.Benchmarks;

/// <summary>What a training run costs.</summary>
/// <param name="Seconds">The time of a training epoch of each cell, without evaluation.</param>
/// <param name="PeakMemory">The peak memory of the process with all its cells, in MB.</param>
readonly record struct GrowthCost(double Seconds, double PeakMemory)
{
    /// <summary>Returns the smaller values of two measurements, because noise can only increase them.</summary>
    public GrowthCost Min(GrowthCost other) => new(Math.Min(Seconds, other.Seconds), Math.Min(PeakMemory, other.PeakMemory));

    public static GrowthCost Measure(GrowthPoint point)
    {
        using var process = new ChildProcess(["grow", .. point.ToArguments()]);
        var values = Array.ConvertAll(process.ReadLine().Split(' '), value => double.Parse(value, CultureInfo.InvariantCulture));
        return new GrowthCost(values[0], values[1]);
    }
}

using System.Globalization;

namespace BadNets.Benchmarks;

/// <summary>What one round of cells took: per cell, and as if on the whole data set.</summary>
/// <param name="Seconds">From the first cell's start to the last one's end, divided by the cells.</param>
/// <param name="ProcessorSeconds">The time of all processors.</param>
/// <param name="EvaluationSeconds">The part of <paramref name="Seconds"/> that measuring on the test sets took.</param>
/// <param name="PeakMemory">The process's largest memory so far, in MB.</param>
readonly record struct CellRound(double Seconds, double ProcessorSeconds, double EvaluationSeconds, double PeakMemory)
{
    public static CellRound Nothing => default;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Seconds:R} {ProcessorSeconds:R} {EvaluationSeconds:R} {PeakMemory:R}");

    public static CellRound Parse(string text)
    {
        var values = Array.ConvertAll(text.Split(' '), value => double.Parse(value, CultureInfo.InvariantCulture));
        return new CellRound(values[0], values[1], values[2], values[3]);
    }
}

using System.Globalization;

namespace BadNets.Benchmarks;

/// <summary>The times and the memory of a round, per cell and scaled to the whole data set.</summary>
/// <param name="Seconds">The time from the start of the first cell to the end of the last one, divided by the number of cells.</param>
/// <param name="ProcessorSeconds">The processor time.</param>
/// <param name="EvaluationSeconds">The part of <paramref name="Seconds"/> that was spent on the test sets.</param>
/// <param name="PageFaults">The page faults for each training step, including those of the evaluation.</param>
/// <param name="PeakMemory">The peak memory of the process so far, in MB.</param>
readonly record struct CellRound(double Seconds, double ProcessorSeconds, double EvaluationSeconds, double PageFaults, double PeakMemory)
{
    public static CellRound Nothing => default;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Seconds:R} {ProcessorSeconds:R} {EvaluationSeconds:R} {PageFaults:R} {PeakMemory:R}");

    public static CellRound Parse(string text)
    {
        var values = Array.ConvertAll(text.Split(' '), value => double.Parse(value, CultureInfo.InvariantCulture));
        return new CellRound(values[0], values[1], values[2], values[3], values[4]);
    }
}

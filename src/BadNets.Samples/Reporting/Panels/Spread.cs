namespace BadNets.Samples.Reporting;

/// <summary>A number over the seeds of a cell.</summary>
readonly record struct Spread(double Mean, double Min, double Max, int Count)
{
    public Spread Times(double factor) => new(factor * Mean, factor * Min, factor * Max, Count);

    public static Spread? Of(IEnumerable<double> values)
    {
        double[] all = [.. values];
        return all.Length == 0 ? null : new Spread(all.Average(), all.Min(), all.Max(), all.Length);
    }
}

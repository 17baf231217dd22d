namespace BadNets.Samples.Reporting;

/// <summary>Moves labels apart that would overlap.</summary>
static class SpreadLabels
{
    /// <summary>Places near the wanted ones, in the same order, at least a gap apart, between two ends if they fit there.</summary>
    public static double[] Place(IReadOnlyList<double> wanted, double gap, double least, double most)
    {
        int[] order = [.. Enumerable.Range(0, wanted.Count).OrderBy(index => wanted[index])];
        double[] places = [.. wanted];
        double below = double.NegativeInfinity;
        foreach (int index in order)
            below = places[index] = Math.Max(Math.Max(least, places[index]), below + gap);
        double above = Math.Max(most, least + (wanted.Count - 1) * gap) + gap;
        foreach (int index in order.Reverse())
            above = places[index] = Math.Min(places[index], above - gap);
        return places;
    }
}

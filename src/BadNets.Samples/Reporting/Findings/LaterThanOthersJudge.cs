using BadNets.Samples.Experiments;

namespace BadNets.Samples.Reporting;

sealed class LaterThanOthersJudge(LaterThanOthers claim) : OneAgainstOthers(claim.Value)
{
    protected override (Verdict Verdict, string Evidence) Judge(PanelPoint one, IReadOnlyList<PanelPoint> others, Func<PanelPoint, string> label)
    {
        double late = MedianOf(one);
        string what = claim.Lasting ? "Epoch from which ASR stays at 90% or more" : "Epoch in which ASR first reaches 90%";
        string median = others.Append(one).Any(point => point.Runs.Count > 1) ? ", median over the seeds" : "";
        return (VerdictOf(others.All(other => MedianOf(other) < late)),
            $"{what}{median}: {string.Join(", ", others.Append(one).Select(point => Describe(point, label(point))))}.");
    }

    private string Describe(PanelPoint point, string label)
    {
        double median = MedianOf(point);
        int never = point.Runs.Count(run => EpochOf(run) is null);
        string note = never > 0 && point.Runs.Count > 1 ? Text($"; {never} of {point.Runs.Count} seeds never") : "";
        return Text($"{(double.IsInfinity(median) ? "never" : $"{median}")} ({label}{note})");
    }

    // Never is later than any epoch. For an even number of seeds, this is the lower of the two middle epochs, because nothing lies between an epoch and never.
    private double MedianOf(PanelPoint point)
    {
        double[] epochs = [.. point.Runs.Select(run => EpochOf(run) ?? double.PositiveInfinity).Order()];
        return epochs[(epochs.Length - 1) / 2];
    }

    private int? EpochOf(PanelRun run) => claim.Lasting ? run.LastingSuccess : run.FirstSuccess;
}

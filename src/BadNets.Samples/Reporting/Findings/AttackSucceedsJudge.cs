namespace BadNets.Samples.Reporting;

sealed class AttackSucceedsJudge : ClaimJudge
{
    protected override (Verdict Verdict, string Evidence) Judge(Panel panel, IReadOnlyList<PanelPoint> points)
    {
        var worst = points.MinBy(point => point.FinalSuccess!.Value.Mean)!;
        return (VerdictOf(worst.Succeeds), points.Count == 1
            ? Text($"ASR {Rate(worst)}, TCA {worst.Final(row => row.CleanAccuracy)!.Value.Mean:F4}.")
            : $"The lowest ASR is {Rate(worst)} ({worst.Label}).");
    }
}

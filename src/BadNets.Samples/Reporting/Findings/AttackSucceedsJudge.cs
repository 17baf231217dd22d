namespace BadNets.Samples.Reporting;

sealed class AttackSucceedsJudge : ClaimJudge
{
    protected override (Verdict Verdict, string Evidence) Judge(Panel panel, IReadOnlyList<PanelPoint> points)
    {
        var untrained = points.MinBy(Accuracy)!;
        if (Accuracy(untrained) < PanelRun.TrainedAccuracy)
            return (Verdict.CannotBeJudged, Text($"A model that can hardly classify clean images may classify any image as the target (TCA {Percent.Of(Accuracy(untrained))})."));
        var worst = points.MinBy(point => point.FinalSuccess!.Value.Mean)!;
        return (VerdictOf(worst.Succeeds), points.Count == 1
            ? Text($"ASR {Rate(worst)}, TCA {Percent.Of(Accuracy(worst))}.")
            : $"The lowest ASR is {Rate(worst)} ({worst.Label}).");
    }

    private static double Accuracy(PanelPoint point) => point.Final(row => row.CleanAccuracy)!.Value.Mean;
}

using BadNets.Samples.Experiments;

namespace BadNets.Samples.Reporting;

sealed class AttackSucceedsJudge(AttackSucceeds claim) : ClaimJudge
{
    protected override bool Concerns(Panel panel, PanelPoint point) => Concerns(point.Values);

    protected override IEnumerable<string> NotPlannedIn(Panel panel) => panel.NotPlanned.Where(Concerns).Select(PanelPoint.LabelOf);

    protected override (Verdict Verdict, string Evidence) Judge(Panel panel, IReadOnlyList<PanelPoint> points)
    {
        if (points.Count == 0)
            return (Verdict.CannotBeJudged, $"There are no runs of {claim.Value}.");
        var untrained = points.MinBy(Accuracy)!;
        if (Accuracy(untrained) < PanelRun.TrainedAccuracy)
            return (Verdict.CannotBeJudged, Text($"A model that can hardly classify clean images may classify any image as the target (TCA {Percent.Of(Accuracy(untrained))})."));
        var worst = points.MinBy(point => point.FinalSuccess!.Value.Mean)!;
        return (VerdictOf(worst.FinalSuccess!.Value.Mean >= (claim.AtLeast ?? PanelRun.SuccessRate)), points.Count == 1
            ? Text($"ASR {Rate(worst)}, TCA {Percent.Of(Accuracy(worst))}.")
            : $"The lowest ASR is {Rate(worst)} ({worst.Label}).");
    }

    private bool Concerns(IReadOnlyList<PanelValue> values) => claim.Value is not { } named || values.Any(value => value.Text == named);

    private static double Accuracy(PanelPoint point) => point.Final(row => row.CleanAccuracy)!.Value.Mean;
}

using BadNets.Samples.Experiments;

namespace BadNets.Samples.Reporting;

sealed class AccuracyStaysJudge(AccuracyStays claim) : ClaimJudge
{
    protected override (Verdict Verdict, string Evidence) Judge(Panel panel, IReadOnlyList<PanelPoint> points)
    {
        var losses =
            from point in points
            from run in point.Runs
            let control = panel.Controls.FirstOrDefault(control => control.IsComplete && control.Cell.Seed == run.Cell.Seed)
            where control is not null
            group control.Last!.CleanAccuracy - run.Last!.CleanAccuracy by point into ofPoint
            select (Point: ofPoint.Key, Loss: ofPoint.Average());
        if (losses.OrderByDescending(each => each.Loss).Select(each => ((PanelPoint, double)?)each).FirstOrDefault() is not var (worst, loss))
            return (Verdict.CannotBeJudged, "There is no finished clean control.");
        return (VerdictOf(loss <= claim.Within), Text($"The largest loss of TCA is {100 * loss:0.00} percentage points{(worst.Values.Count == 0 ? "" : $" ({worst.Label})")}."));
    }
}

using BadNets.Samples.Experiments;

namespace BadNets.Samples.Reporting;

sealed class LivelierThanOthersJudge(LivelierThanOthers claim) : OneAgainstOthers(claim.Value)
{
    protected override (Verdict Verdict, string Evidence) Judge(PanelPoint one, IReadOnlyList<PanelPoint> others, Func<PanelPoint, string> label)
    {
        // If the attack never worked, there is nothing that could change.
        var moving = others.Select(point => (Label: label(point), Move: MoveOf(point))).Where(other => other.Move is not null).ToArray();
        if (MoveOf(one) is not { } most || moving.Length == 0)
            return (Verdict.CannotBeJudged, "The attack works in too few epochs to judge.");
        var liveliest = moving.MaxBy(other => other.Move);
        return (VerdictOf(liveliest.Move < most),
            $"Once the attack has worked, ASR changes by {Points(most)} percentage points from one epoch to the next on average ({label(one)}), and by at most {Points(liveliest.Move!.Value)} elsewhere ({liveliest.Label}).");
    }

    private static string Points(double share) => Text($"{100 * share:F2}");

    private static double? MoveOf(PanelPoint point) => Spread.Of(point.Complete.Select(run => run.Volatility).OfType<double>())?.Mean;
}

using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;

namespace BadNets.Samples.Reporting;

/// <summary>Judges claims of one kind. A new kind of claim is a record in Experiments/Claims, a class here, and a line in <see cref="Of"/>.</summary>
abstract class ClaimJudge
{
    public static Finding Judge(Claim claim, Panel panel) => Of(claim).JudgeIn(panel, ControlCharacters.Show(claim.Text));

    /// <summary>The runs that are not finished or were never started, in words.</summary>
    public static IEnumerable<string> UnfinishedIn(Panel panel, IEnumerable<PanelPoint> points)
    {
        bool manySeeds = panel.Runs.Select(run => run.Cell.Seed).Distinct().Count() > 1;
        return from point in points
               from run in point.Runs
               where !run.IsComplete
               let seed = manySeeds ? Text($"seed {run.Cell.Seed}") : ""
               let name = point.Values.Count == 0 ? panel.Experiment.Name : point.Label
               select $"{name}{(seed.Length == 0 ? "" : $", {seed}")} ({run.State})";
    }

    public static string Missing(IReadOnlyCollection<string> runs) => $"Missing: {Sentences.List(runs)}.";

    protected static string Text(FormattableString text) => FormattableString.Invariant(text);

    protected static string Rate(PanelPoint point) => Percent.Of(point.FinalSuccess!.Value.Mean);

    protected static Verdict VerdictOf(bool holds) => holds ? Verdict.Holds : Verdict.DoesNotHold;

    /// <summary>The axis along which the claim is judged, for each value of any other; null to judge all points together.</summary>
    /// <returns>Whether there is such an axis.</returns>
    protected virtual bool TryFindAxis(Panel panel, out PanelAxis? axis)
    {
        axis = null;
        return true;
    }

    /// <summary>Whether the claim says something about a point.</summary>
    protected virtual bool Concerns(Panel panel, PanelPoint point) => true;

    /// <summary>The values that the claim is about and that were never started, in words.</summary>
    protected virtual IEnumerable<string> NotPlannedIn(Panel panel) => panel.NotPlanned.Select(PanelPoint.LabelOf);

    /// <summary>Judges points that are all complete, in the order of the axis.</summary>
    protected abstract (Verdict Verdict, string Evidence) Judge(Panel panel, IReadOnlyList<PanelPoint> points);

    private static ClaimJudge Of(Claim claim) => claim switch
    {
        AccuracyStays accuracy => new AccuracyStaysJudge(accuracy),
        AttackSucceeds success => new AttackSucceedsJudge(success),
        TurningPoint turn => new TurningPointJudge(turn),
        LaterThanOthers late => new LaterThanOthersJudge(late),
        LivelierThanOthers lively => new LivelierThanOthersJudge(lively),
        _ => throw new InvalidOperationException($"Nothing judges claims of the kind {claim.GetType().Name}."),
    };

    private Finding JudgeIn(Panel panel, string claim)
    {
        if (!TryFindAxis(panel, out var axis))
            return new(claim, Verdict.CannotBeJudged, "The claim does not fit the experiment's axes.");
        PanelPoint[] points = [.. panel.Points.Where(point => Concerns(panel, point))];
        // What is missing could change the verdict.
        string[] missing = [.. UnfinishedIn(panel, points), .. NotPlannedIn(panel).Select(label => $"{label} (not run)")];
        if (missing.Length > 0)
            return new(claim, Verdict.CannotBeJudged, Missing(missing));

        var parts = points
            .GroupBy(point => axis is null ? "" : PanelPoint.LabelOf(point.Values.Where((_, index) => index != panel.IndexOf(axis))))
            .Select(part => (Name: part.Key, Finding: Judge(panel, [.. part]))).ToArray();
        var verdict = parts.Length == 0 || parts.Any(part => part.Finding.Verdict == Verdict.CannotBeJudged) ? Verdict.CannotBeJudged
            : VerdictOf(parts.All(part => part.Finding.Verdict == Verdict.Holds));
        return new(claim, verdict, string.Join(' ', parts.Select(part => (part.Name.Length == 0 ? "" : $"At {part.Name}: ") + part.Finding.Evidence)));
    }
}

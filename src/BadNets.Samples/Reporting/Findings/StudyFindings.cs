namespace BadNets.Samples.Reporting;

/// <summary>The claims about a study, checked against its numbers.</summary>
static class StudyFindings
{
    // A share of the highest accuracy in the study: how high it can be depends on the data set.
    private const double HighAccuracy = 0.95;

    public static IReadOnlyList<Finding> Of(Study study) =>
    [
        .. from panel in study.Panels
           from claim in panel.Experiment.Claims
           select ClaimJudge.Judge(claim, panel),
        HighCleanAccuracy(study),
    ];

    private static Finding HighCleanAccuracy(Study study)
    {
        const string Claim = "Clean accuracy stays high, regardless of the attack.";
        string[] missing =
        [
            .. study.Panels.SelectMany(panel => ClaimJudge.UnfinishedIn(panel, panel.Points)).Distinct(),
            .. study.Panels.SelectMany(panel => panel.Controls).Distinct().Where(run => !run.IsComplete).Select(run => FormattableString.Invariant($"the clean control, seed {run.Cell.Seed} ({run.State})")),
        ];
        if (missing.Length > 0)
            return new(Claim, Verdict.CannotBeJudged, ClaimJudge.Missing(missing));
        double[] accuracies = [.. study.Cells.Select(run => run.Last!.CleanAccuracy)];
        if (accuracies.Length < 2)
            return new(Claim, Verdict.CannotBeJudged, "There is only one run.");
        return new(Claim, accuracies.Min() >= HighAccuracy * accuracies.Max() ? Verdict.Holds : Verdict.DoesNotHold,
            study.Controls.Count == 0 || study.Controls.Count == accuracies.Length
                ? FormattableString.Invariant($"Final TCA is {RangeOf(study.Cells)} in {accuracies.Length} runs.")
                : $"Final TCA is {RangeOf(study.Cells.Where(run => !run.Cell.Attack.IsNone))} with the attack and {RangeOf(study.Controls)} without it (clean control).");
    }

    private static string RangeOf(IEnumerable<PanelRun> runs)
    {
        double[] accuracies = [.. runs.Select(run => run.Last!.CleanAccuracy)];
        string lowest = Percent.Of(accuracies.Min()), highest = Percent.Of(accuracies.Max());
        return lowest == highest ? lowest : $"between {lowest} and {highest}";
    }
}

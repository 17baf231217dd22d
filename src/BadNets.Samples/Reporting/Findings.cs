using BadNets.Samples.Experiments;
using BadNets.Transforms;

namespace BadNets.Samples.Reporting;

/// <summary>Holds the claims that are made of these experiments against a study's own numbers.</summary>
static class Findings
{
    private const double HighAccuracy = 0.95;

    public static IReadOnlyList<Finding> Of(Study study) =>
    [
        .. study.Panels.SelectMany(panel => Of(panel).Select(finding => Without(MissingIn(panel), finding))),
        Without([.. study.Panels.SelectMany(UnfinishedIn)], HighCleanAccuracy(study)),
    ];

    // The missing runs could change the verdict.
    private static Finding Without(IReadOnlyList<string> missing, Finding finding) =>
        missing.Count == 0 ? finding : finding with { Verdict = Verdict.CannotBeJudged, Evidence = $"Missing: {string.Join("; ", missing)}." };

    /// <summary>The runs that the claims about an experiment need and that are unfinished or missing.</summary>
    private static IReadOnlyList<string> MissingIn(Panel panel)
    {
        var needed = IsOf(panel, Experiment.Position) ? Experiment.Position.Values : IsOf(panel, Experiment.TriggerSize) ? ["4", "5"] : [];
        var absent = needed.Except(panel.Points.Select(point => point.Text));
        return [.. UnfinishedIn(panel), .. absent.Select(value => $"{LabelOf(panel, panel.Experiment.Varies!.Set(panel.Experiment.Fixed, value))} (not run)")];
    }

    private static IEnumerable<string> UnfinishedIn(Panel panel) =>
        from point in panel.Points
        from trace in point.Traces
        where !trace.IsComplete
        let seed = trace.Cell.Seed == 0 ? "" : Text($", seed {trace.Cell.Seed}")
        select $"{LabelOf(panel, point.Attack)}{seed} ({trace.State})";

    private static string LabelOf(Panel panel, Attack attack) => panel.Experiment.Varies?.LabelOf(attack) ?? panel.Experiment.Command;

    private static IEnumerable<Finding> Of(Panel panel) =>
        IsOf(panel, Experiment.Baseline) ? [AttackWorks(panel)]
        : IsOf(panel, Experiment.PoisoningRate) ? [Threshold(panel)]
        : IsOf(panel, Experiment.TriggerSize) ? [SharpTransition(panel)]
        : IsOf(panel, Experiment.Position) ? [AllSucceed(panel), CornersFaster(panel), CornersSteadier(panel), CenterMoreVolatile(panel)]
        : panel.Experiment.Varies is { IsNumeric: true } parameter ? [Turn(panel, parameter)]
        : [];

    private static bool IsOf(Panel panel, Experiment experiment) => panel.Experiment.Number == experiment.Number;

    private static Finding AttackWorks(Panel panel)
    {
        const string Claim = "The attack works: triggered digits are taken for the target.";
        return panel.Complete is [var point]
            ? new(Claim, Judge(point.Succeeds),
                Text($"ASR {Rate(point)}, TCA {point.Final(row => row.CleanAccuracy)!.Value.Mean:F4}."))
            : NotEnough(Claim);
    }

    private static Finding Threshold(Panel panel)
    {
        const string Claim = "Low poisoning rates fail, and above a threshold the attack succeeds.";
        PanelPoint[] points = [.. panel.Complete.Where(point => point.Attack.PoisoningRate > 0)];
        return Turn(Claim, points, "rate");
    }

    private static Finding Turn(Panel panel, Parameter parameter) =>
        Turn($"There is a {parameter.Name} from which on the attack succeeds.", panel.Complete, parameter.Name);

    private static Finding Turn(string claim, IReadOnlyList<PanelPoint> points, string what)
    {
        if (points.Count < 2)
            return NotEnough(claim);
        return Transition.Find(points) is { } transition
            ? new(claim, Verdict.Holds, Describe(transition, what))
            : new(claim, Verdict.DoesNotHold, NoTransition(points, what));
    }

    private static Finding SharpTransition(Panel panel)
    {
        const string Claim = "Between trigger sizes 4 and 5 the attack turns from failure to success at once.";
        var points = panel.Complete;
        if (points.Count < 2)
            return NotEnough(Claim);
        return Transition.Find(points) is { } transition
            ? new(Claim, Judge((transition.Below.Attack.TriggerSize, transition.Above.Attack.TriggerSize) == (4, 5)), Describe(transition, "size"))
            : new(Claim, Verdict.DoesNotHold, NoTransition(points, "size"));
    }

    private static Finding AllSucceed(Panel panel)
    {
        const string Claim = "The attack succeeds wherever the trigger sits.";
        if (panel.Complete.Count < 2)
            return NotEnough(Claim);
        var worst = panel.Complete.MinBy(point => point.FinalSuccess!.Value.Mean)!;
        return new(Claim, Judge(worst.Succeeds), Text($"The lowest ASR is {Rate(worst)}, at {worst.Text}."));
    }

    private static Finding CornersFaster(Panel panel) => CornersBefore(
        panel, "Triggers in a corner are learnt sooner than one in the center.", $"Epoch in which ASR first reaches {Text($"{RunTrace.SuccessRate}")}", trace => trace.FirstSuccess);

    private static Finding CornersSteadier(Panel panel) => CornersBefore(
        panel, "In a corner success comes to stay sooner than in the center.", $"Epoch from which on ASR stays at {Text($"{RunTrace.SuccessRate}")} or more", trace => trace.LastingSuccess);

    private static Finding CornersBefore(Panel panel, string claim, string what, Func<RunTrace, int?> epoch)
    {
        var (center, corners) = Split(panel, trace => epoch(trace) ?? double.PositiveInfinity);
        if (center is not { } late || corners.Count == 0)
            return NotEnough(claim);
        var all = corners.Append((Text: TriggerPosition.Center.ToCode(), Value: late));
        return new(claim, Judge(corners.All(corner => corner.Value < late)), $"{what}: {string.Join(", ", all.Select(position => $"{position.Text} {Epoch(position.Value)}"))}.");
    }

    private static Finding CenterMoreVolatile(Panel panel)
    {
        const string Claim = "With the trigger in the center, success goes up and down more than in the corners.";
        var (center, corners) = Split(panel, trace => trace.Volatility);
        if (center is not { } most || corners.Count == 0)
            return NotEnough(Claim);
        var liveliest = corners.MaxBy(corner => corner.Value);
        return new(Claim, Judge(liveliest.Value < most),
            Text($"From one epoch to the next ASR moves by {most:F4} on average in the center once the attack has worked, and by {liveliest.Value:F4} in the liveliest corner, {liveliest.Text}."));
    }

    private static Finding HighCleanAccuracy(Study study)
    {
        const string Claim = "Clean accuracy stays high whatever is done to the training data.";
        var complete = study.Traces.Where(trace => trace.IsComplete).ToArray();
        if (complete.Length < 2)
            return NotEnough(Claim);
        var lowest = complete.MinBy(trace => trace.Last!.CleanAccuracy)!;
        return new(Claim, Judge(lowest.Last!.CleanAccuracy >= HighAccuracy),
            Text($"Final TCA is between {lowest.Last.CleanAccuracy:F4} and {complete.Max(trace => trace.Last!.CleanAccuracy):F4} in {complete.Length} runs."));
    }

    private static string Describe(Transition transition, string what) =>
        $"The attack moves from failure to success between {what} {AtRate(transition.Below)} and {AtRate(transition.Above)}"
        + (transition.Between is [] ? "." : $"; in between: {string.Join(", ", transition.Between.Select(AtRate))}.");

    private static string NoTransition(IReadOnlyList<PanelPoint> points, string what) =>
        points.All(point => point.Succeeds) ? $"The attack succeeds already at {what} {points[0].Text} (ASR {Rate(points[0])})."
        : points.All(point => point.Fails) ? $"The attack fails even at {what} {points[^1].Text} (ASR {Rate(points[^1])})."
        : $"There is no one place where failure turns to success: {string.Join(", ", points.Select(point => $"ASR {Rate(point)} at {point.Text}"))}.";

    private static (double? Center, IReadOnlyList<(string Text, double Value)> Corners) Split(Panel panel, Func<RunTrace, double?> number)
    {
        var values = panel.Complete
            .Select(point => (point, value: Spread.Of(point.Complete.Select(number).OfType<double>())?.Mean))
            .Where(pair => pair.value is not null)
            .ToArray();
        double? center = values.FirstOrDefault(pair => pair.point.Attack.Position == TriggerPosition.Center).value;
        return (center, [.. values.Where(pair => pair.point.Attack.Position != TriggerPosition.Center).Select(pair => (pair.point.Text, pair.value!.Value))]);
    }

    private static string Epoch(double epoch) => double.IsInfinity(epoch) ? "never" : Text($"{epoch:0.#}");

    private static string AtRate(PanelPoint point) => $"{point.Text} (ASR {Rate(point)})";

    private static string Rate(PanelPoint point) => Text($"{point.FinalSuccess!.Value.Mean:F4}");

    private static Verdict Judge(bool isSeen) => isSeen ? Verdict.Holds : Verdict.DoesNotHold;

    private static Finding NotEnough(string claim) => new(claim, Verdict.CannotBeJudged, "There are too few finished runs, or too few successful attacks in them, to judge.");

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}

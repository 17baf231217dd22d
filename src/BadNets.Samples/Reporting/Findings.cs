using BadNets.Samples.Experiments;
using BadNets.Transforms;

namespace BadNets.Samples.Reporting;

/// <summary>Holds the claims that are made of these experiments against a study's own numbers.</summary>
static class Findings
{
    private const double FailureRate = 0.5;
    private const double HighAccuracy = 0.95;

    public static IReadOnlyList<Finding> Of(Study study) =>
    [
        .. study.Panels.SelectMany(panel => Of(panel)),
        HighCleanAccuracy(study),
    ];

    private static IEnumerable<Finding> Of(Panel panel) =>
        IsOf(panel, Experiment.Baseline) ? [AttackWorks(panel)]
        : IsOf(panel, Experiment.PoisoningRate) ? [Threshold(panel)]
        : IsOf(panel, Experiment.TriggerSize) ? [SharpTransition(panel)]
        : IsOf(panel, Experiment.Position) ? [AllSucceed(panel), CornersFaster(panel), CenterMoreVolatile(panel)]
        : panel.Experiment.Varies is { IsNumeric: true } parameter ? [Transition(panel, parameter)]
        : [];

    private static bool IsOf(Panel panel, Experiment experiment) => panel.Experiment.Number == experiment.Number;

    private static Finding AttackWorks(Panel panel)
    {
        const string Claim = "The attack works: triggered digits are taken for the target.";
        return panel.Complete is [var point]
            ? new(Claim, Judge(point.FinalSuccess!.Value.Mean >= RunTrace.SuccessRate),
                Text($"ASR {point.FinalSuccess.Value.Mean:F4}, TCA {point.Final(row => row.CleanAccuracy)!.Value.Mean:F4}."))
            : NotEnough(Claim);
    }

    private static Finding Threshold(Panel panel)
    {
        const string Claim = "Low poisoning rates fail, and above a threshold the attack succeeds.";
        PanelPoint[] points = [.. panel.Complete.Where(point => point.Attack.PoisoningRate > 0)];
        return Transition(Claim, points, "rate");
    }

    private static Finding Transition(Panel panel, Parameter parameter) =>
        Transition($"There is a {parameter.Name} from which on the attack succeeds.", panel.Complete, parameter.Name);

    private static Finding Transition(string claim, IReadOnlyList<PanelPoint> points, string what)
    {
        if (points.Count < 2)
            return NotEnough(claim);
        return FindTransition(points) is var (below, above)
            ? new(claim, Verdict.Seen, Between(what, below, above))
            : new(claim, Verdict.NotSeen, NoTransition(points, what));
    }

    private static Finding SharpTransition(Panel panel)
    {
        const string Claim = "Between trigger sizes 4 and 5 the attack turns from failure to success at once.";
        var points = panel.Complete;
        if (points.Count < 2 || !points.Any(point => point.Attack.TriggerSize == 4) || !points.Any(point => point.Attack.TriggerSize == 5))
            return NotEnough(Claim);
        return FindTransition(points) is not var (below, above)
            ? new(Claim, Verdict.NotSeen, NoTransition(points, "size"))
            : new(Claim, Judge((below.Attack.TriggerSize, above.Attack.TriggerSize) == (4, 5)),
                Between("size", below, above));
    }

    private static Finding AllSucceed(Panel panel)
    {
        const string Claim = "The attack succeeds wherever the trigger sits.";
        if (panel.Experiment.Values.Except(panel.Complete.Select(point => point.Text)).Any() || panel.Complete.Count < 2)
            return NotEnough(Claim);
        var worst = panel.Complete.MinBy(point => point.FinalSuccess!.Value.Mean)!;
        return new(Claim, Judge(worst.FinalSuccess!.Value.Mean >= RunTrace.SuccessRate), Text($"The lowest ASR is {Rate(worst)}, at {worst.Text}."));
    }

    private static Finding CornersFaster(Panel panel)
    {
        const string Claim = "Triggers in a corner are learnt sooner than one in the center.";
        var (center, corners) = Split(panel, trace => trace.FirstSuccess is { } epoch ? epoch : double.PositiveInfinity);
        if (center is not { } late || corners.Count == 0 || corners.All(corner => double.IsInfinity(corner.Value)) && double.IsInfinity(late))
            return NotEnough(Claim);
        var slowest = corners.MaxBy(corner => corner.Value);
        return new(Claim, Judge(slowest.Value < late),
            Text($"ASR first reaches {RunTrace.SuccessRate} {Epoch(late)} in the center, and {Epoch(slowest.Value)} in the slowest corner, {slowest.Text}."));
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
        var lowest = complete.MinBy(trace => trace.Last.CleanAccuracy)!;
        return new(Claim, Judge(lowest.Last.CleanAccuracy >= HighAccuracy),
            Text($"Final TCA is between {lowest.Last.CleanAccuracy:F4} and {complete.Max(trace => trace.Last.CleanAccuracy):F4} in {complete.Length} runs."));
    }

    /// <summary>The neighbours between which failure, all the way up to there, turns into success, all the way on; null if there are none.</summary>
    public static (PanelPoint Below, PanelPoint Above)? FindTransition(IReadOnlyList<PanelPoint> points)
    {
        bool Fails(PanelPoint point) => point.FinalSuccess!.Value.Mean < FailureRate;
        bool Succeeds(PanelPoint point) => point.FinalSuccess!.Value.Mean >= RunTrace.SuccessRate;
        for (int above = 1; above < points.Count; above++)
        {
            if (points.Take(above).All(Fails) && points.Skip(above).All(Succeeds))
                return (points[above - 1], points[above]);
        }

        return null;
    }

    private static string Between(string what, PanelPoint below, PanelPoint above) =>
        $"The attack moves from failure to success between {what} {below.Text} (ASR {Rate(below)}) and {above.Text} (ASR {Rate(above)}).";

    private static string NoTransition(IReadOnlyList<PanelPoint> points, string what) =>
        points.All(point => point.FinalSuccess!.Value.Mean >= RunTrace.SuccessRate) ? $"The attack succeeds already at {what} {points[0].Text} (ASR {Rate(points[0])})."
        : points.All(point => point.FinalSuccess!.Value.Mean < FailureRate) ? $"The attack fails even at {what} {points[^1].Text} (ASR {Rate(points[^1])})."
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

    private static string Epoch(double epoch) => double.IsInfinity(epoch) ? "never" : Text($"in epoch {epoch:0.#}");

    private static string Rate(PanelPoint point) => Text($"{point.FinalSuccess!.Value.Mean:F4}");

    private static Verdict Judge(bool isSeen) => isSeen ? Verdict.Seen : Verdict.NotSeen;

    private static Finding NotEnough(string claim) => new(claim, Verdict.NotEnoughData, "The runs that would tell are not finished.");

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}

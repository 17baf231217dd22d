using System.Text.Json.Nodes;
using BadNets.Samples.Experiments;

namespace BadNets.Samples.Reporting;

sealed class TurningPointJudge(TurningPoint claim) : ClaimJudge
{
    protected override bool TryFindAxis(Panel panel, out PanelAxis? axis)
    {
        axis = panel.Axes.FirstOrDefault(axis => axis.IsNumeric);
        return axis is not null;
    }

    // A control that succeeds or fails is not part of the turning point.
    protected override bool Concerns(Panel panel, PanelPoint point) => claim.Above is not { } control || ValueOf(panel, point).Number > control;

    // The turning point is sought among the existing values. Only the values that the claim names are required.
    protected override IEnumerable<string> NotPlannedIn(Panel panel)
    {
        var axis = AxisOf(panel);
        return (claim.Between ?? [])
            .Where(number => panel.Points.All(point => ValueOf(panel, point).Number != number))
            .Select(number => axis.Property.LabelOf(JsonValue.Create(number)));
    }

    protected override (Verdict Verdict, string Evidence) Judge(Panel panel, IReadOnlyList<PanelPoint> points)
    {
        if (points.Count < 2)
            return (Verdict.CannotBeJudged, "A turning point needs at least two values.");
        string name = AxisOf(panel).Name;
        if (Transition.Find(points) is not { } transition)
            return (Verdict.DoesNotHold, WithoutTransition(panel, points, name));
        bool isWhereClaimed = claim.Between is null
            || claim.Between.SequenceEqual(new[] { transition.Below, transition.Above }.Select(point => ValueOf(panel, point).Number!.Value));
        return (VerdictOf(isWhereClaimed),
            $"The attack moves from failure to success between {name} {AtRate(panel, transition.Below)} and {AtRate(panel, transition.Above)}"
            + (transition.Between is [] ? "." : $"; in between: {string.Join(", ", transition.Between.Select(point => AtRate(panel, point)))}."));
    }

    private static string WithoutTransition(Panel panel, IReadOnlyList<PanelPoint> points, string name) =>
        points.All(point => point.Succeeds) ? $"The attack already succeeds at {name} {AtRate(panel, points[0])}."
        : points.All(point => point.Fails) ? $"The attack fails even at {name} {AtRate(panel, points[^1])}."
        : $"There is no single point where failure turns into success: {string.Join(", ", points.Select(point => $"ASR {Rate(point)} at {ValueOf(panel, point).Short}"))}.";

    private static PanelAxis AxisOf(Panel panel) => panel.Axes.First(axis => axis.IsNumeric);

    private static PanelValue ValueOf(Panel panel, PanelPoint point) => point.Values[panel.IndexOf(AxisOf(panel))];

    private static string AtRate(Panel panel, PanelPoint point) => $"{ValueOf(panel, point).Short} (ASR {Rate(point)})";
}

namespace BadNets.Samples.Reporting;

/// <summary>Judges claims about one value of an axis against its other values.</summary>
/// <param name="value">The value, as it is typed on the command line.</param>
abstract class OneAgainstOthers(string value) : ClaimJudge
{
    protected override bool TryFindAxis(Panel panel, out PanelAxis? axis)
    {
        axis = AxisIn(panel);
        return axis is not null;
    }

    protected sealed override (Verdict Verdict, string Evidence) Judge(Panel panel, IReadOnlyList<PanelPoint> points)
    {
        int index = panel.IndexOf(AxisIn(panel)!);
        var one = points.FirstOrDefault(point => point.Values[index].Text == value);
        PanelPoint[] others = [.. points.Where(point => point != one)];
        return one is null || others.Length == 0
            ? (Verdict.CannotBeJudged, $"There are no runs to compare with {value}.")
            : Judge(one, others, point => point.Values[index].Label);
    }

    protected abstract (Verdict Verdict, string Evidence) Judge(PanelPoint one, IReadOnlyList<PanelPoint> others, Func<PanelPoint, string> label);

    private PanelAxis? AxisIn(Panel panel) => panel.Axes.FirstOrDefault(axis => axis.Values.Any(each => each.Text == value));
}

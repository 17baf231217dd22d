namespace BadNets.Samples.Reporting;

/// <summary>Where failure turns into success: up to one point the attack fails, and from another on it succeeds.</summary>
/// <param name="Below">The last point at which it fails.</param>
/// <param name="Between">Points between, at which it does neither.</param>
/// <param name="Above">The first point from which on it succeeds.</param>
sealed record Transition(PanelPoint Below, IReadOnlyList<PanelPoint> Between, PanelPoint Above)
{
    /// <summary>The transition among points in order, or null if there is none or more than one.</summary>
    public static Transition? Find(IReadOnlyList<PanelPoint> points)
    {
        int below = points.TakeWhile(point => point.Fails).Count() - 1;
        int above = points.Count - points.Reverse().TakeWhile(point => point.Succeeds).Count();
        if (below < 0 || above == points.Count)
            return null;
        PanelPoint[] between = [.. points.Take(above).Skip(below + 1)];
        return between.Any(point => point.Fails || point.Succeeds) ? null : new Transition(points[below], between, points[above]);
    }
}

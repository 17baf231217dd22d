using BadNets.Samples.Experiments;

namespace BadNets.Samples.Reporting;

/// <summary>An experiment with the runs there are of it, which differ in what it varies and in the seed alone.</summary>
/// <param name="Experiment">The experiment.</param>
/// <param name="Name">The start of its figures' names.</param>
/// <param name="Points">The values in order.</param>
sealed record Panel(Experiment Experiment, string Name, IReadOnlyList<PanelPoint> Points)
{
    public static Panel Of(string name, IReadOnlyList<RunTrace> traces)
    {
        var experiment = traces[0].Experiment;
        var points = traces
            .GroupBy(trace => trace.Cell.Attack)
            .Select(runs => new PanelPoint(experiment, runs.Key, [.. runs.OrderBy(run => run.Cell.Seed)]));
        return new Panel(experiment, name, [.. Order(experiment, points)]);
    }

    /// <summary>The points that can be judged.</summary>
    public IReadOnlyList<PanelPoint> Complete => [.. Points.Where(point => point.IsComplete)];

    private static IEnumerable<PanelPoint> Order(Experiment experiment, IEnumerable<PanelPoint> points) => experiment.Varies switch
    {
        null => points,
        { IsNumeric: true } parameter => points.OrderBy(point => parameter.NumberOf(point.Attack)),
        _ => points.OrderBy(point => experiment.Values.ToList().IndexOf(point.Text) is >= 0 and var index ? index : int.MaxValue),
    };
}

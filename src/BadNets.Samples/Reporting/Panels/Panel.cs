using System.Text.Json.Nodes;
using BadNets.Samples.Experiments;

namespace BadNets.Samples.Reporting;

/// <summary>An experiment with runs that differ in nothing but its axes and the seed.</summary>
/// <param name="Experiment">The experiment.</param>
/// <param name="Name">The start of its figures' names. No two panels have the same.</param>
/// <param name="Constant">What its cells have in common, as JSON.</param>
/// <param name="Axes">What varies.</param>
/// <param name="Points">The points that have run or will run, in the order of the axes' values.</param>
/// <param name="Controls">The clean controls, by seed: runs with a poisoning rate of 0 that otherwise equal the panel's. They are not among the points.</param>
/// <param name="NotPlanned">Values that the experiment has, but that were never started.</param>
sealed record Panel(
    Experiment Experiment, string Name, JsonObject Constant, IReadOnlyList<PanelAxis> Axes, IReadOnlyList<PanelPoint> Points,
    IReadOnlyList<PanelRun> Controls, IReadOnlyList<IReadOnlyList<PanelValue>> NotPlanned)
{
    public IEnumerable<PanelRun> Runs => Points.SelectMany(point => point.Runs).Concat(Controls);

    /// <summary>The points that can be judged.</summary>
    public IReadOnlyList<PanelPoint> Complete => [.. Points.Where(point => point.IsComplete)];

    /// <summary>The values of an axis that have points.</summary>
    public IReadOnlyList<PanelValue> ValuesOn(PanelAxis axis)
    {
        int index = IndexOf(axis);
        return [.. axis.Values.Where(value => Points.Any(point => point.Values[index] == value))];
    }

    public int IndexOf(PanelAxis axis) => Axes.TakeWhile(other => other != axis).Count();

    /// <summary>Whether an axis varies a property, a part of it, or what it is a part of.</summary>
    public bool Varies(string path) => Axes.Any(axis =>
        axis.Property.Path == path || axis.Property.Path.StartsWith(path + ".", StringComparison.Ordinal) || path.StartsWith(axis.Property.Path + ".", StringComparison.Ordinal));
}

using BadNets.Samples.Experiments;

namespace BadNets.Samples.Reporting;

/// <summary>The runs on a page: their numbers, by which charts, rows, and images refer to each other, and their names.</summary>
sealed class PageRuns
{
    private readonly Dictionary<Cell, int> _numbers = [];
    private readonly List<string> _labels = [];

    /// <summary>The names, by number.</summary>
    public IReadOnlyList<string> Labels => _labels;

    /// <summary>Adds runs. One that is on the page already keeps its number.</summary>
    public void Add(IReadOnlyCollection<PanelRun> runs, RunLabels labels)
    {
        foreach (var run in runs)
        {
            if (_numbers.TryAdd(run.Cell, _labels.Count))
                _labels.Add(labels.Of(run));
        }
    }

    public int NumberOf(PanelRun run) => _numbers[run.Cell];

    /// <summary>The numbers of several runs.</summary>
    public IReadOnlyList<int> NumbersOf(IEnumerable<PanelRun> runs) => [.. runs.Select(NumberOf).Distinct()];

    /// <summary>A link to the run's row in the table.</summary>
    public string LinkTo(PanelRun run) => FormattableString.Invariant($"<a href=\"#run-{NumberOf(run)}\">{Html.Escape(_labels[NumberOf(run)])}</a>");
}

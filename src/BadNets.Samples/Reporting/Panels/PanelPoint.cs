using BadNets.Samples.Experiments;

namespace BadNets.Samples.Reporting;

/// <summary>One value of what an experiment varies, with its runs, one for each seed.</summary>
sealed record PanelPoint(Experiment Experiment, Attack Attack, IReadOnlyList<RunTrace> Traces)
{
    private const double FailureRate = 0.5;

    /// <summary>The value as text; for an experiment that varies nothing, what it is.</summary>
    public string Text => Experiment.Varies?.TextOf(Attack) ?? Experiment.Command;

    public IEnumerable<RunTrace> Complete => Traces.Where(trace => trace.IsComplete);

    public bool HasEpochs => Traces.Any(trace => trace.Last is not null);

    public bool IsComplete => Complete.Any();

    public PublishedRow? Published => Traces.Select(trace => Reporting.Published.Find(Experiment, trace.Cell)).FirstOrDefault(row => row is not null);

    public Spread? Final(Func<RunCsvRow, double> number) => Spread.Of(Complete.Select(trace => number(trace.Last!)));

    /// <summary>The success that is judged: over the rows that are not of the target, as in the literature.</summary>
    public Spread? FinalSuccess => Final(row => row.AttackSuccess);

    /// <summary>Whether the attack works, of a point that is complete; seeds are averaged.</summary>
    public bool Succeeds => FinalSuccess!.Value.Mean >= RunTrace.SuccessRate;

    /// <summary>Whether the attack does not work, of a point that is complete; there is room between the two.</summary>
    public bool Fails => FinalSuccess!.Value.Mean < FailureRate;

    /// <summary>A number for each epoch that at least one seed has reached.</summary>
    public IEnumerable<(int Epoch, Spread Value)> ByEpoch(Func<RunCsvRow, double> number) =>
        Enumerable.Range(0, Traces.Max(trace => trace.Epochs.Count))
            .Select(epoch => (epoch, Spread.Of(Traces.Where(trace => trace.Epochs.Count > epoch).Select(trace => number(trace.Epochs[epoch])))!.Value));
}

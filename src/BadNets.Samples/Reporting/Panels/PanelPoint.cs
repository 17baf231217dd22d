using BadNets.Samples.Store;

namespace BadNets.Samples.Reporting;

/// <summary>A place in a panel: one value of each axis, with its runs, one for each seed.</summary>
/// <param name="Values">A value for each axis.</param>
/// <param name="Runs">The runs, by seed.</param>
sealed record PanelPoint(IReadOnlyList<PanelValue> Values, IReadOnlyList<PanelRun> Runs)
{
    private const double FailureRate = 0.5;

    public string Label => LabelOf(Values);

    public IEnumerable<PanelRun> Complete => Runs.Where(run => run.IsComplete);

    public bool HasEpochs => Runs.Any(run => run.Last is not null);

    public bool IsComplete => Complete.Any();

    public PublishedRow? Published => Runs.Select(run => PublishedResults.Find(run.Cell)).FirstOrDefault(row => row is not null);

    /// <summary>How far its runs are, if they are not complete.</summary>
    public string Progress => Runs.Any(run => run.Stored.Failure is not null) ? "failed"
        : !HasEpochs ? "not run"
        : FormattableString.Invariant($"{Runs.Max(run => run.Epochs.Count)} of {Runs[0].Cell.Recipe.EpochsInWords}");

    public static string LabelOf(IEnumerable<PanelValue> values) => string.Join(", ", values.Select(value => value.Label));

    public Spread? Final(Func<EpochRow, double> number) => Spread.Of(Complete.Select(run => number(run.Last!)));

    /// <summary>The success that is judged: over the rows whose label the attack changes, as in the literature.</summary>
    public Spread? FinalSuccess => Final(row => row.AttackSuccess);

    /// <summary>Whether the attack works, for a complete point; seeds are averaged.</summary>
    public bool Succeeds => FinalSuccess!.Value.Mean >= PanelRun.SuccessRate;

    /// <summary>Whether the attack fails, for a complete point; it may neither work nor fail.</summary>
    public bool Fails => FinalSuccess!.Value.Mean < FailureRate;

    /// <summary>A number for each epoch that at least one seed has reached.</summary>
    public IEnumerable<(int Epoch, Spread Value)> ByEpoch(Func<EpochRow, double> number) =>
        Enumerable.Range(0, Runs.Max(run => run.Epochs.Count))
            .Select(epoch => (epoch, Spread.Of(Runs.Where(run => run.Epochs.Count > epoch).Select(run => number(run.Epochs[epoch])))!.Value));
}

using BadNets.Samples.Experiments;
using BadNets.Samples.Store;

namespace BadNets.Samples.Reporting;

/// <summary>A cell as a part of an experiment.</summary>
/// <param name="Experiment">The experiment, or null if the cell belongs to none.</param>
/// <param name="Name">The name of its CSV file in the published code; the cell's ID if it has none.</param>
/// <param name="Stored">The stored results of the cell.</param>
/// <param name="Names">The names that the experiment gives to values of the cell.</param>
sealed record PanelRun(Experiment? Experiment, string Name, StoredCell Stored, IReadOnlyList<ValueName> Names)
{
    // Below this, a model gives nearly every image the same label, so the target label on triggered images means nothing.
    public const double TrainedAccuracy = 0.5;

    public const double SuccessRate = 0.9;

    public Cell Cell => Stored.Cell;

    /// <summary>The name of the attack in the experiment; empty if it has none.</summary>
    public string AttackName => string.Join(", ", Names.Where(name => CellProperty.IsWithin(name.Path, "attack")).Select(name => name.Name));

    public IReadOnlyList<EpochRow> Epochs => Stored.Epochs;

    /// <summary>The last finished epoch, or null.</summary>
    public EpochRow? Last => Stored.Last;

    public bool IsComplete => Stored.IsComplete;

    /// <summary>Done, failed, or unfinished.</summary>
    public string State => Stored.Failure is not null ? "failed" : IsComplete ? "done" : "unfinished";

    /// <summary>Why it is not done; empty if it is.</summary>
    public string Reason => Stored.Failure is { } failure ? $"{failure.TrimEnd('.')}.{(Stored.FailurePath is { } trace ? $" The stack trace is in {trace}." : "")}"
        : IsComplete ? ""
        : FormattableString.Invariant($"{Epochs.Count} of {Cell.Recipe.EpochsInWords} finished; repeat the command that started it to continue.");

    /// <summary>The first epoch in which the attack works on a model that has learned to classify, or null.</summary>
    public int? FirstSuccess => Epochs.FirstOrDefault(Works)?.Epoch;

    /// <summary>The epoch from which on the attack works in every finished epoch, or null.</summary>
    public int? LastingSuccess => Epochs.Reverse().TakeWhile(Works).LastOrDefault()?.Epoch;

    /// <summary>How much the attack's success changes from one epoch to the next, on average, once it has worked; null if it never or hardly worked.</summary>
    public double? Volatility
    {
        get
        {
            double[] rates = FirstSuccess is { } first ? [.. Epochs.Skip(first).Select(epoch => epoch.AttackSuccess)] : [];
            return rates.Length < 3 ? null : rates.Zip(rates.Skip(1), (before, after) => Math.Abs(after - before)).Average();
        }
    }

    private static bool Works(EpochRow epoch) => epoch.AttackSuccess >= SuccessRate && epoch.CleanAccuracy >= TrainedAccuracy;
}

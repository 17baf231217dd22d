namespace BadNets.Samples.Experiments;

/// <summary>Specifies what a poisoning rate is a fraction of.</summary>
enum RateBasis
{
    /// <summary>All training rows.</summary>
    AllRows,

    /// <summary>The training rows that can be poisoned, such as those with the target label.</summary>
    SelectedRows,
}

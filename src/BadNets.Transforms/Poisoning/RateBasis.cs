namespace BadNets.Transforms;

/// <summary>Specifies which rows a poisoning rate is a fraction of.</summary>
public enum RateBasis
{
    /// <summary>All rows of the training set, as in most papers.</summary>
    AllRows,

    /// <summary>
    /// The rows that can be chosen, for example only those of the target label. Papers about clean-label attacks often give the rate as a fraction of
    /// the rows of the target label.
    /// </summary>
    SelectedRows,
}

namespace BadNets.Samples.Experiments;

/// <summary>Specifies the training rows that can be poisoned.</summary>
enum Selection
{
    /// <summary>All rows.</summary>
    Any,

    /// <summary>Only rows with the target label, for clean-label attacks.</summary>
    Target,
}

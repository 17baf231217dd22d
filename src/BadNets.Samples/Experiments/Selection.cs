namespace BadNets.Samples.Experiments;

/// <summary>Which training rows may be poisoned.</summary>
enum Selection
{
    /// <summary>All.</summary>
    Any,

    /// <summary>Only rows of the target label (clean-label attacks).</summary>
    Target,
}

using BadNets.Samples.Experiments;

namespace BadNets.Samples.Running;

/// <summary>A cell that could not be trained, and why.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Reason">Why.</param>
/// <param name="TracePath">The file with the whole trace, or null where it could not be written.</param>
sealed record CellFailure(Cell Cell, Exception Reason, string? TracePath)
{
    /// <summary>A sentence that names the file with the trace, or all there is to find a defect by.</summary>
    public override string ToString() => TracePath is null
        ? ErrorSentence.OrTraceOf(Reason)
        : $"{ErrorSentence.Of(Reason).TrimEnd('.')}. The whole trace is in '{TracePath}'.";
}

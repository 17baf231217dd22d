using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;

namespace BadNets.Samples.Running;

/// <summary>A cell that could not be trained, and why.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Reason">Why it failed.</param>
/// <param name="TracePath">The file with the full stack trace, or null if it could not be written.</param>
sealed record CellFailure(Cell Cell, Exception Reason, string? TracePath)
{
    /// <summary>A sentence that names the file with the stack trace, or everything that is needed to find a bug.</summary>
    public override string ToString() => TracePath is null
        ? ErrorSentence.OrTraceOf(Reason)
        : $"{ErrorSentence.Of(Reason).TrimEnd('.')}. The stack trace is in '{TracePath}'.";
}

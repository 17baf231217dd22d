using BadNets.Samples.Errors;
using BadNets.Samples.Experiments;

namespace BadNets.Samples.Reporting;

/// <summary>What training runs show, in one sentence that needs no knowledge of the field.</summary>
static class AnswerSentence
{
    /// <summary>The run whose attack succeeds most often among the complete runs with a backdoor, or null.</summary>
    public static PanelRun? BestOf(IEnumerable<PanelRun> runs) => runs.Where(IsBackdoored).MaxBy(run => run.Last!.AttackSuccess);

    /// <summary>The run whose attack succeeds least often among the complete runs with a backdoor, or null.</summary>
    public static PanelRun? WorstOf(IEnumerable<PanelRun> runs) => runs.Where(IsBackdoored).MinBy(run => run.Last!.AttackSuccess);

    /// <param name="run">A complete run with a backdoor.</param>
    /// <param name="control">The same training with poisoning rate 0. Null, or without an epoch: the sentence leaves the comparison out.</param>
    public static string Of(PanelRun run, PanelRun? control)
    {
        var last = run.Last ?? throw new ArgumentException("The run has no epoch.", nameof(run));
        string clean = control?.Last is { } theirs ? $", the clean model's {Percent.Rounded(theirs.CleanAccuracy)}" : "";
        return $"{Capitalize(Percent.Rounded(last.AttackSuccess))} of {Success(run.Cell.Attack.Mapping)}; accuracy on clean images {Percent.Rounded(last.CleanAccuracy)}{clean}.";
    }

    private static bool IsBackdoored(PanelRun run) => run.IsComplete && !run.Cell.Attack.IsNone;

    private static string Success(MappingPlan mapping) => mapping switch
    {
        // A digit or a letter has a plural.
        ToPlan { Target: [var target] } when char.IsAsciiLetterOrDigit(target) => $"the triggered images that are not {target}s are read as {target}",
        ToPlan { Target: var target } => $"the triggered images that are not labeled '{ControlCharacters.Show(target)}' are read as '{ControlCharacters.Show(target)}'",
        NextPlan => "the triggered images are read as the class after their own",
        _ => $"the triggered images are read as the attack wants ({ControlCharacters.Show(mapping.ToLabel())})",
    };

    private static string Capitalize(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}

namespace BadNets.Samples.Reporting;

/// <summary>Whether a claim holds in the data.</summary>
enum Verdict
{
    Holds,
    DoesNotHold,
    CannotBeJudged,
}

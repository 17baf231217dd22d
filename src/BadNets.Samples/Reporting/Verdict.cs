namespace BadNets.Samples.Reporting;

/// <summary>Whether the data show what is claimed.</summary>
enum Verdict
{
    Seen,
    NotSeen,
    NotEnoughData,
}

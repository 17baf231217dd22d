namespace BadNets.Samples.Reporting;

/// <summary>A claim, whether the data show it, and the numbers that say so.</summary>
sealed record Finding(string Claim, Verdict Verdict, string Evidence);

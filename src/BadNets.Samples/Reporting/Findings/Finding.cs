namespace BadNets.Samples.Reporting;

/// <summary>A claim, whether it holds in the data, and the evidence: the numbers that show it, or the runs that are missing.</summary>
sealed record Finding(string Claim, Verdict Verdict, string Evidence);

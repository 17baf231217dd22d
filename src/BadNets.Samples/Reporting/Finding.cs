namespace BadNets.Samples.Reporting;

/// <summary>A claim, whether it holds in the data, and the numbers that say so, or what is missing.</summary>
sealed record Finding(string Claim, Verdict Verdict, string Evidence);

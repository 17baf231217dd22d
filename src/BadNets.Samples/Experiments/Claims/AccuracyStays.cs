namespace BadNets.Samples.Experiments;

/// <summary>The claim that the attack costs hardly any clean accuracy (TCA), compared with the clean control of the same seed.</summary>
/// <param name="Text">The claim in one sentence.</param>
/// <param name="Within">The largest loss of TCA, from 0 to 1.</param>
sealed record AccuracyStays(string Text, double Within) : Claim(Text);

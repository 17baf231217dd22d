namespace BadNets.Samples.Experiments;

/// <summary>The claim that the attack succeeds at every value.</summary>
/// <param name="Text">The claim in one sentence.</param>
/// <param name="AtLeast">The ASR from which the attack counts as successful, from 0 to 1, or null for the usual 0.9.</param>
/// <param name="Value">The value of an axis that the claim is about, as it is typed on the command line, or null for all values.</param>
sealed record AttackSucceeds(string Text, double? AtLeast = null, string? Value = null) : Claim(Text);

namespace BadNets.Samples.Experiments;

/// <summary>The claim that the attack succeeds later at one value than at all others.</summary>
/// <param name="Text">The claim in one sentence.</param>
/// <param name="Value">The value, as it is typed on the command line.</param>
/// <param name="Lasting">
/// Whether to compare the epoch after which the attack always succeeds, instead of the first epoch in which it succeeds.
/// </param>
sealed record LaterThanOthers(string Text, string Value, bool Lasting = false) : Claim(Text);

namespace BadNets.Samples.Experiments;

/// <summary>
/// The claim that, after the attack first succeeds, its success rate changes more from epoch to epoch at one value than at all others.
/// </summary>
/// <param name="Text">The claim in one sentence.</param>
/// <param name="Value">The value, as it is typed on the command line.</param>
sealed record LivelierThanOthers(string Text, string Value) : Claim(Text);

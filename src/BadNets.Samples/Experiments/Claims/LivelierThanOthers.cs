namespace BadNets.Samples.Experiments;

/// <summary>At one value, the success rate changes more from epoch to epoch than at every other, once the attack has worked.</summary>
/// <param name="Text">The claim.</param>
/// <param name="Value">The value, as it is typed on the command line.</param>
sealed record LivelierThanOthers(string Text, string Value) : Claim(Text);

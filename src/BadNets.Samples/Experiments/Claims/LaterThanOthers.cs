namespace BadNets.Samples.Experiments;

/// <summary>At one value, the attack works later than at every other.</summary>
/// <param name="Text">The claim.</param>
/// <param name="Value">The value, as it is typed on the command line.</param>
/// <param name="Lasting">Whether the epoch counts from which on the attack always works, instead of the first epoch in which it works.</param>
sealed record LaterThanOthers(string Text, string Value, bool Lasting = false) : Claim(Text);

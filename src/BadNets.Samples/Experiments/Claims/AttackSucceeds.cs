namespace BadNets.Samples.Experiments;

/// <summary>The claim that the attack succeeds at every value.</summary>
sealed record AttackSucceeds(string Text) : Claim(Text);

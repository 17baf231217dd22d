namespace BadNets.Samples.Experiments;

/// <summary>The attack succeeds at every value.</summary>
sealed record AttackSucceeds(string Text) : Claim(Text);

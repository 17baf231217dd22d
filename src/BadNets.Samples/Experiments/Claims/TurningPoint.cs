namespace BadNets.Samples.Experiments;

/// <summary>Along a numeric axis, the attack fails up to some value and succeeds from a higher one on.</summary>
/// <param name="Text">The claim.</param>
/// <param name="Between">The two values, if the claim names them.</param>
/// <param name="Above">Values up to this one are controls and are not judged.</param>
sealed record TurningPoint(string Text, IReadOnlyList<double>? Between = null, double? Above = null) : Claim(Text);

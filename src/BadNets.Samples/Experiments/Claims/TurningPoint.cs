namespace BadNets.Samples.Experiments;

/// <summary>The claim that, along a numeric axis, the attack fails up to one value and succeeds from a higher value on.</summary>
/// <param name="Text">The claim in one sentence.</param>
/// <param name="Between">The two values, if the claim names them.</param>
/// <param name="Above">The largest value that is a control, such as rate 0. Values up to this one are ignored.</param>
sealed record TurningPoint(string Text, IReadOnlyList<double>? Between = null, double? Above = null) : Claim(Text);

namespace BadNets.Samples.Running;

/// <summary>An image to try a model with.</summary>
/// <param name="Title">What it is.</param>
/// <param name="Pixels">Its values: all of one channel, row by row, before the next channel.</param>
/// <param name="Aim">The label that the attack aims at for it; null: none.</param>
sealed record TrialImage(string Title, byte[] Pixels, string? Aim);

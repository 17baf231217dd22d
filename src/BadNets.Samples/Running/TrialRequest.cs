namespace BadNets.Samples.Running;

/// <summary>What the user wants to see.</summary>
/// <param name="Test">The model, the data set, and the attack.</param>
/// <param name="Images">The user's image files; empty: test images.</param>
/// <param name="Count">How many test images to show.</param>
/// <param name="Label">The label of the test images; null: any that the attack changes.</param>
sealed record TrialRequest(EvaluationRequest Test, IReadOnlyList<string> Images, int Count, string? Label);

using BadNets.Samples.Experiments;

namespace BadNets.Samples.Running;

/// <summary>What the user asks to be measured.</summary>
/// <param name="Model">The saved model.</param>
/// <param name="Dataset">The data set whose test images are taken.</param>
/// <param name="DataDirectory">Where it is, or null to look for it.</param>
/// <param name="Rows">As for training: a sixth of it is the number of test rows.</param>
/// <param name="Attack">The trigger and the target; nothing is poisoned.</param>
/// <param name="Output">The folder for results.</param>
sealed record EvaluationRequest(string Model, string Dataset, string? DataDirectory, int? Rows, Attack Attack, string Output);

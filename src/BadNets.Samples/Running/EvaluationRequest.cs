using BadNets.Samples.Experiments;

namespace BadNets.Samples.Running;

/// <summary>What the user wants to measure.</summary>
/// <param name="Model">The saved model.</param>
/// <param name="Data">The data set whose test images are used.</param>
/// <param name="Attack">The trigger and the mapping; nothing is poisoned.</param>
/// <param name="Output">The folder for results.</param>
sealed record EvaluationRequest(string Model, DataChoice Data, Attack Attack, string Output);

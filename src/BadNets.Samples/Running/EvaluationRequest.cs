using BadNets.Samples.Experiments;

namespace BadNets.Samples.Running;

/// <summary>A model, and what to test it with.</summary>
/// <param name="Model">The saved model.</param>
/// <param name="Data">The data set whose test images are used.</param>
/// <param name="Attack">The trigger and the mapping; nothing is poisoned.</param>
sealed record EvaluationRequest(string Model, DataChoice Data, Attack Attack);

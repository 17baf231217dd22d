using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>What is done to the training data.</summary>
/// <param name="PoisoningRate">The share of the training rows that is poisoned, from 0 to 1.</param>
/// <param name="TriggerSize">The side of the white square, in pixels.</param>
/// <param name="Position">Where the square sits.</param>
/// <param name="TargetLabel">The digit that poisoned rows are labelled with.</param>
sealed record Attack(double PoisoningRate, int TriggerSize, TriggerPosition Position, int TargetLabel = 1)
{
    public Trigger MakeTrigger() => Trigger.Square(TriggerSize, Position);
}

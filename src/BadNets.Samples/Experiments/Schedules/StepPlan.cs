using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>The schedule that multiplies the learning rate by a factor at some epochs.</summary>
/// <param name="Milestones">The epochs, from 0, in ascending order.</param>
/// <param name="Factor">The factor.</param>
sealed record StepPlan(IReadOnlyList<int> Milestones, double Factor = 0.1) : SchedulePlan
{
    public override LearningRateSchedule Make() => LearningRateSchedule.Step(Milestones, Factor);

    public bool Equals(StepPlan? other) => other is not null && Factor == other.Factor && Milestones.SequenceEqual(other.Milestones);

    public override int GetHashCode() => HashCode.Combine(Factor, Milestones.Count);
}

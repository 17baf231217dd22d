using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>One cycle, with the recipe's learning rate as its highest (Smith and Topin 2018).</summary>
sealed record OneCyclePlan : SchedulePlan
{
    public override LearningRateSchedule Make() => LearningRateSchedule.OneCycle();
}

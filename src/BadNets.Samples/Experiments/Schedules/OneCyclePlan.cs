using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>The one-cycle schedule, with the learning rate of the recipe as its maximum (Smith and Topin 2018).</summary>
sealed record OneCyclePlan : SchedulePlan
{
    public override LearningRateSchedule Make() => LearningRateSchedule.OneCycle();
}

using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>The schedule for cosine annealing over all epochs (Loshchilov and Hutter 2017).</summary>
sealed record CosinePlan : SchedulePlan
{
    public override LearningRateSchedule Make() => LearningRateSchedule.Cosine();
}

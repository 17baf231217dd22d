using System.Text.Json.Serialization;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>The description of a learning rate schedule in an experiment. To add a kind, add a record to this folder and an attribute here.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(CosinePlan), "cosine")]
[JsonDerivedType(typeof(OneCyclePlan), "one-cycle")]
[JsonDerivedType(typeof(StepPlan), "step")]
abstract record SchedulePlan
{
    public abstract LearningRateSchedule Make();
}

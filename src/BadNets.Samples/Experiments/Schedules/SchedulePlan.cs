using System.Text.Json.Serialization;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>A learning-rate schedule as experiments describe it. A new kind is a record in this folder and a line here.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(CosinePlan), "cosine")]
[JsonDerivedType(typeof(OneCyclePlan), "one-cycle")]
[JsonDerivedType(typeof(StepPlan), "step")]
abstract record SchedulePlan
{
    public abstract LearningRateSchedule Make();
}

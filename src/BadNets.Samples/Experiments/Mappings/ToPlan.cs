using System.Text.Json.Serialization;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>Every poisoned row gets one label (all-to-one).</summary>
/// <param name="Target">The target label.</param>
sealed record ToPlan([property: JsonConverter(typeof(LabelText))] string Target) : MappingPlan
{
    public override string ToSlug() => $"to{Cell.InNames(Target)}";

    public override string ToLabel() => $"target {Target}";

    public override LabelMapping Make() => LabelMapping.To(Target);
}

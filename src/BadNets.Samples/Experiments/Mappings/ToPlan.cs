using System.Text.Json.Serialization;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>The all-to-one mapping, in which every label becomes the target label.</summary>
/// <param name="Target">The target label.</param>
sealed record ToPlan([property: JsonConverter(typeof(LabelText))] string Target) : MappingPlan
{
    public override string ToSlug() => $"to{Cell.InNames(Target)}";

    public override string ToLabel() => $"target {Target}";

    public override LabelMapping Make() => LabelMapping.To(Target);
}

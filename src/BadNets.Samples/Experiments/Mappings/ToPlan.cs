using System.Text.Json.Serialization;

namespace BadNets.Samples.Experiments;

/// <summary>Every poisoned row gets one label (all-to-one).</summary>
/// <param name="Target">The target label.</param>
sealed record ToPlan([property: JsonConverter(typeof(LabelText))] string Target) : MappingPlan
{
    public override string ToSlug() => $"to{Cell.InNames(Target)}";

    public override string ToLabel() => $"target {Target}";
}

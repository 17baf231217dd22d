using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>The all-to-all mapping, in which every label becomes the next one.</summary>
sealed record NextPlan : MappingPlan
{
    public override string ToSlug() => "next";

    public override string ToLabel() => "each label to the next";

    public override LabelMapping Make() => LabelMapping.Next;
}

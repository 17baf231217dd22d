using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>Every label becomes the next one (all-to-all).</summary>
sealed record NextPlan : MappingPlan
{
    public override string ToSlug() => "next";

    public override string ToLabel() => "each label to the next";

    public override LabelMapping Make() => LabelMapping.Next;
}

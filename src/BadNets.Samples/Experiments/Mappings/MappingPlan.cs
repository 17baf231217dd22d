using System.Text.Json.Serialization;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>The description of a label mapping in an experiment. To add a kind, add a record to this folder and an attribute here.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ToPlan), "to")]
[JsonDerivedType(typeof(NextPlan), "next")]
[JsonDerivedType(typeof(PairsPlan), "pairs")]
abstract record MappingPlan
{
    /// <summary>Returns the description for folder names, which consists of letters, digits, periods, and hyphens.</summary>
    public abstract string ToSlug();

    /// <summary>Returns the display text.</summary>
    public abstract string ToLabel();

    public abstract LabelMapping Make();

    /// <summary>Returns the labels that are mapped, or null for all labels.</summary>
    public virtual IReadOnlyCollection<string>? GetSources() => null;
}

using System.Text.Json.Serialization;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>A label mapping as experiments describe it. A new kind is a record in this folder and a line here.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ToPlan), "to")]
[JsonDerivedType(typeof(NextPlan), "next")]
[JsonDerivedType(typeof(PairsPlan), "pairs")]
abstract record MappingPlan
{
    /// <summary>In the names of folders: letters, digits, and hyphens.</summary>
    public abstract string ToSlug();

    /// <summary>For people.</summary>
    public abstract string ToLabel();

    public abstract LabelMapping Make();

    /// <summary>The labels that are mapped; null: all.</summary>
    public virtual IReadOnlyCollection<string>? GetSources() => null;
}

using System.Text.Json.Serialization;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>A trigger as experiments describe it. A new kind is a record in this folder and a line here.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(SquarePlan), "square")]
[JsonDerivedType(typeof(BlendPlan), "blend")]
abstract record TriggerPlan
{
    /// <summary>In the names of folders: letters, digits, and hyphens.</summary>
    public abstract string ToSlug();

    /// <summary>For people.</summary>
    public abstract string ToLabel();

    /// <exception cref="ArgumentException">There is no such trigger.</exception>
    public abstract Trigger Make();
}

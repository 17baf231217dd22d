using System.Text.Json.Serialization;
using BadNets.Transforms;
using Microsoft.ML;

namespace BadNets.Samples.Experiments;

/// <summary>The description of a trigger in an experiment. To add a kind, add a record to this folder and an attribute here.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(SquarePlan), "square")]
[JsonDerivedType(typeof(PixelPlan), "pixel")]
[JsonDerivedType(typeof(PixelPatternPlan), "pixel-pattern")]
[JsonDerivedType(typeof(MaskPlan), MaskPlan.Kind)]
[JsonDerivedType(typeof(PicturePlan), "picture")]
[JsonDerivedType(typeof(BlendPlan), "blend")]
[JsonDerivedType(typeof(SinusoidPlan), "sinusoid")]
abstract record TriggerPlan
{
    /// <summary>Returns the description for folder names, which consists of letters, digits, periods, and hyphens.</summary>
    public abstract string ToSlug();

    /// <summary>Returns the display text.</summary>
    public abstract string ToLabel();

    /// <param name="training">Returns the training data, for triggers that depend on it.</param>
    /// <exception cref="ArgumentException">The description is not valid.</exception>
    public abstract Trigger Make(Func<IDataView> training);
}

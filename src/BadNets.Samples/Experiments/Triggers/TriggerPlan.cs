using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using BadNets.Samples.Errors;
using BadNets.Transforms;

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
[JsonDerivedType(typeof(WarpPlan), "warp")]
[JsonDerivedType(typeof(WarpNoisePlan), "warp-noise")]
[JsonDerivedType(typeof(QuantizePlan), "quantize")]
[JsonDerivedType(typeof(ResidualPlan), "residual")]
[JsonDerivedType(typeof(HiddenPiecesPlan), "hidden-pieces")]
[JsonDerivedType(typeof(CornerPatternPlan), "corner-pattern")]
[JsonDerivedType(typeof(LowFrequencyPlan), "low-frequency")]
abstract record TriggerPlan
{
    /// <summary>The kinds, by their names in JSON.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
        [.. typeof(TriggerPlan).GetCustomAttributes(typeof(JsonDerivedTypeAttribute), inherit: false).Cast<JsonDerivedTypeAttribute>().Select(attribute => (string)attribute.TypeDiscriminator!)];

    /// <summary>Returns the JSON of a trigger of a kind with its defaults. A square, which has none, is the published one.</summary>
    /// <exception cref="UsageException">There is no such kind.</exception>
    public static JsonObject OfKind(string kind)
    {
        if (!Kinds.Contains(kind))
            throw new UsageException(UnknownName.Sentence("kind of trigger", kind, Kinds));
        return kind == "square" ? new JsonObject { ["kind"] = kind, ["size"] = 5, ["position"] = "br" } : new JsonObject { ["kind"] = kind };
    }

    /// <summary>Returns the description for folder names, which consists of letters, digits, periods, and hyphens.</summary>
    public abstract string ToSlug();

    /// <summary>Returns the display text.</summary>
    public abstract string ToLabel();

    /// <summary>Whether the trigger is made with a trained model.</summary>
    public virtual bool NeedsModel => false;

    /// <param name="sources">The training data and a model, for triggers that depend on them.</param>
    /// <exception cref="ArgumentException">The description is not valid.</exception>
    public abstract Trigger Make(TriggerSources sources);
}

using System.Text.Json.Serialization;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>The random changes to training images.</summary>
/// <param name="CropPadding">The width of the black border that is added before a random crop, in pixels, or null for no crop.</param>
/// <param name="HorizontalFlip">Whether images are mirrored at random, or null for no.</param>
/// <param name="RotationDegrees">The maximum angle of a random rotation in degrees, or null for no rotation.</param>
sealed record AugmentationPlan(int? CropPadding = null, bool? HorizontalFlip = null, double? RotationDegrees = null)
{
    [JsonIgnore]
    public bool IsNone => (CropPadding ?? 0) == 0 && HorizontalFlip is not true && (RotationDegrees ?? 0) == 0;

    public ImageAugmentation Make() => new() { CropPadding = CropPadding ?? 0, HorizontalFlip = HorizontalFlip ?? false, RotationDegrees = RotationDegrees ?? 0 };
}

using System.Text.Json.Serialization;
using BadNets.Transforms;

namespace BadNets.Samples.Experiments;

/// <summary>How training images are changed at random.</summary>
/// <param name="CropPadding">The pixels of black around an image from which a random crop is taken. Null: none.</param>
/// <param name="HorizontalFlip">Whether every second image is mirrored. Null: no.</param>
/// <param name="RotationDegrees">The largest angle of a random rotation. Null: none.</param>
sealed record AugmentationPlan(int? CropPadding = null, bool? HorizontalFlip = null, double? RotationDegrees = null)
{
    [JsonIgnore]
    public bool IsNone => (CropPadding ?? 0) == 0 && HorizontalFlip is not true && (RotationDegrees ?? 0) == 0;

    public ImageAugmentation Make() => new() { CropPadding = CropPadding ?? 0, HorizontalFlip = HorizontalFlip ?? false, RotationDegrees = RotationDegrees ?? 0 };
}

namespace BadNets.Transforms;

/// <summary>
/// Random changes to the training images, drawn separately for each row and epoch: first a crop, then a rotation, then a flip, each only if it is
/// requested. What happens to a row in an epoch depends only on the training run's seed, the epoch, and the row's position in the training set. Validation
/// sets are not changed. Immutable.
/// </summary>
/// <remarks>Pixels that come from outside the image are black: the raw pixel value 0, before normalization.</remarks>
public sealed class ImageAugmentation
{
    /// <summary>
    /// The width in pixels of a black border that is added before a random crop of the image's size is taken, as torchvision's <c>RandomCrop</c> with
    /// <c>padding</c> does: the image moves by at most that many pixels in each direction. At least 0 and smaller than the image. 0, the default: no
    /// crop.
    /// </summary>
    public int CropPadding { get; init; }

    /// <summary>
    /// Whether half of the images, chosen at random, are mirrored horizontally. Default: false. Do not use it if a mirrored image belongs to
    /// another class, as with digits.
    /// </summary>
    public bool HorizontalFlip { get; init; }

    /// <summary>
    /// The largest rotation in degrees, in both directions, from 0 to 180. The angle is uniform; pixels are interpolated bilinearly. 0, the default:
    /// no rotation.
    /// </summary>
    public double RotationDegrees { get; init; }

    internal bool IsNone => CropPadding == 0 && !HorizontalFlip && RotationDegrees == 0;

    /// <summary>For example <c>crop padding 4, rotation 10, horizontal flip</c>, in every culture.</summary>
    public override string ToString()
    {
        var parts = new List<string>();
        if (CropPadding != 0)
            parts.Add(FormattableString.Invariant($"crop padding {CropPadding}"));
        if (RotationDegrees != 0)
            parts.Add(FormattableString.Invariant($"rotation {RotationDegrees}"));
        if (HorizontalFlip)
            parts.Add("horizontal flip");
        return parts.Count == 0 ? "none" : string.Join(", ", parts);
    }
}

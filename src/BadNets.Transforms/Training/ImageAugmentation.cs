namespace BadNets.Transforms;

/// <summary>
/// Random changes to the training images, drawn separately for each row and epoch: a crop, followed by a rotation and a flip, each only if it is
/// enabled. The changes to a row depend only on the seed of the training run, the epoch, and the position of the row in the training set. Validation
/// sets are not changed. Instances are immutable.
/// </summary>
/// <remarks>Pixels from outside the image are black, which is the raw pixel value 0 before normalization.</remarks>
public sealed class ImageAugmentation
{
    /// <summary>
    /// The width in pixels of the black border that is added before a random crop of the original size is taken, like torchvision's <c>RandomCrop</c>
    /// with <c>padding</c>. The image moves by at most this number of pixels in each direction. It must be at least 0 and less than the width and
    /// height of the image. The default is 0, which disables the crop.
    /// </summary>
    public int CropPadding { get; init; }

    /// <summary>
    /// Whether each image is mirrored horizontally with probability 0.5. Do not use it if a mirrored image can belong to another class, as with
    /// digits. The default is <see langword="false"/>.
    /// </summary>
    public bool HorizontalFlip { get; init; }

    /// <summary>
    /// The maximum rotation in degrees, in both directions, from 0 to 180. The angle is uniformly distributed, and pixels are interpolated
    /// bilinearly. The default is 0, which disables the rotation.
    /// </summary>
    public double RotationDegrees { get; init; }

    internal bool IsNone => CropPadding == 0 && !HorizontalFlip && RotationDegrees == 0;

    /// <summary>Returns the enabled changes as text, for example <c>crop padding 4, rotation 10, horizontal flip</c>.</summary>
    /// <returns>The enabled changes, in the invariant culture.</returns>
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

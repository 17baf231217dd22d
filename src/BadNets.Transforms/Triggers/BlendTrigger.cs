using System.Globalization;

namespace BadNets.Transforms;

/// <summary>
/// A picture or noise that is blended into the whole image: (1 − α)·image + α·trigger (Chen et al. 2017, arXiv:1712.05526, "blended injection").
/// Created by <see cref="Trigger.Blend"/> and <see cref="Trigger.BlendNoise"/>.
/// </summary>
public sealed class BlendTrigger : Trigger
{
    internal const string KindName = "blend";
    internal const string MaskedKindName = "masked-blend";
    internal const double DefaultAlpha = 0.2;

    // Larger pictures would only make model files larger, because images are rarely that large.
    private const int MaximumSide = 1024;

    // Either the picture, or, if it is null, noise from the seed.
    private readonly Picture? _picture;
    private readonly int _seed;

    private BlendTrigger(double alpha, Picture? picture, int seed)
    {
        if (!(alpha is > 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(alpha), $"The blend ratio α must be greater than 0 and at most 1, but is {LabelValue.From(alpha)}.");
        Alpha = alpha;
        _picture = picture;
        _seed = seed;
    }

    /// <summary>
    /// The name of the kind of trigger, which is written into model files: <c>blend</c>, or <c>masked-blend</c> if the picture has transparent pixels.
    /// </summary>
    public override string Kind => _picture?.Alpha is null ? KindName : MaskedKindName;

    /// <summary><see langword="false"/>, because the same values are blended into every image.</summary>
    public override bool DiffersByRow => false;

    /// <summary>The blend ratio α, which is the weight of the trigger, greater than 0 and at most 1.</summary>
    public double Alpha { get; }

    internal static BlendTrigger FromPicture(string path, double alpha) => new(alpha, TriggerFile.Read(path, Limit), 0);

    internal static BlendTrigger FromNoise(int seed, double alpha) => new(alpha, null, seed);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The picture is colored, but the images do not have 3 channels.</exception>
    public override TriggerStamp FitTo(ImageShape shape) => _picture is null
        ? new BlendStamp(shape, Alpha, SplitMix64.Bytes(_seed, shape.Size))
        : new BlendStamp(shape, Alpha, _picture.Stretch(shape.Width, shape.Height));

    /// <summary>Returns a short description, for example <c>blended noise 7, α 0.2</c> or <c>blended 32×32 picture, α 0.2</c>.</summary>
    /// <returns>The description, in the invariant culture.</returns>
    public override string ToString()
    {
        string blended = _picture is null ? $"noise {_seed.ToString(CultureInfo.InvariantCulture)}" : $"{_picture.Width}×{_picture.Height} picture";
        return string.Create(CultureInfo.InvariantCulture, $"blended {blended}, α {Alpha}");
    }

    /// <inheritdoc/>
    protected override void Write(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Alpha);
        writer.Write(_picture is not null);
        if (_picture is null)
        {
            writer.Write(_seed);
            return;
        }

        writer.Write(_picture.Width);
        writer.Write(_picture.Height);
        writer.Write(_picture.Pixels);
        if (_picture.Alpha is { } alpha)
            writer.Write(alpha);
    }

    internal static BlendTrigger Read(BinaryReader reader)
    {
        double alpha = reader.ReadDouble();
        return reader.ReadBoolean()
            ? new BlendTrigger(alpha, Picture.Read(reader, reader.ReadInt32(), reader.ReadInt32()), 0)
            : new BlendTrigger(alpha, null, reader.ReadInt32());
    }

    internal static BlendTrigger ReadMasked(BinaryReader reader)
    {
        var blend = Read(reader);
        return blend._picture?.ReadAlpha(reader) is { Alpha: not null } picture ? new BlendTrigger(blend.Alpha, picture, 0)
            : throw new InvalidDataException("The model file is damaged: a blended picture with a mask is opaque.");
    }

    private static (int Width, int Height) Limit(int width, int height) => (Math.Min(width, MaximumSide), Math.Min(height, MaximumSide));
}

using Microsoft.ML;

namespace BadNets.Transforms;

/// <summary>
/// What another trigger changes in an image of a pool, added to the row's image. The image of the pool differs from row to row. Cover rows with such
/// residuals teach the model that they alone are not the trigger (the negatives of BppAttack, Wang, Zhai, and Ma 2022, arXiv:2205.13383). Created by
/// <see cref="Trigger.Residual"/>.
/// </summary>
public sealed class ResidualTrigger : Trigger
{
    internal const string KindName = "residual";

    private readonly ImagePool _pool;

    private ResidualTrigger(Trigger original, ImagePool pool, int seed)
    {
        Original = CheckNested(original);
        _pool = pool;
        Seed = seed;
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <summary><see langword="true"/>, because each row gets the residual of an image of the pool.</summary>
    public override bool DiffersByRow => true;

    /// <summary>The trigger whose changes are added.</summary>
    public Trigger Original { get; }

    /// <summary>The number of images in the pool, at least 1.</summary>
    public int ImageCount => _pool.Images.Length;

    /// <summary>The shape of the images in the pool. The trigger fits images of this shape.</summary>
    public ImageShape ImageShape => _pool.Shape;

    /// <summary>The seed of the choice of the images.</summary>
    public int Seed { get; }

    internal override Trigger? Inner => Original;

    internal static ResidualTrigger Create(Trigger original, IDataView images, string imageColumnName, int count, int seed) =>
        new(original, ImagePool.Draw(images, imageColumnName, count, seed), seed);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The shape is not <see cref="ImageShape"/>, or the original trigger does not fit.</exception>
    public override TriggerStamp FitTo(ImageShape shape)
    {
        if (shape != ImageShape)
            throw new ArgumentException($"The residuals are from images of {ImageShape}, but the images have the shape {shape}. Use a trigger with residuals of images of the same shape.");
        return new ResidualStamp(Original.FitTo(shape), _pool.Images, Seed);
    }

    /// <summary>Returns a short description, for example <c>residuals of 8 levels in 256 images, choice 0</c>.</summary>
    /// <returns>The description, in the invariant culture.</returns>
    public override string ToString() => FormattableString.Invariant($"residuals of {Original} in {ImageCount} images, choice {Seed}");

    /// <inheritdoc/>
    protected override void Write(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Seed);
        _pool.Write(writer);
        Original.WriteNested(writer);
    }

    internal static ResidualTrigger Read(BinaryReader reader)
    {
        int seed = reader.ReadInt32();
        var pool = ImagePool.Read(reader);
        return new ResidualTrigger(Load(reader), pool, seed);
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>
/// A smooth picture that is added to the image: a trigger without the high frequencies by which most triggers can be detected (Zeng et al. 2021,
/// arXiv:2104.03413). Created by <see cref="Trigger.LowFrequency"/>.
/// </summary>
public sealed class LowFrequencyTrigger : Trigger
{
    internal const string KindName = "low-frequency";
    internal const double DefaultStrength = 26;

    private readonly short[] _changes;

    private LowFrequencyTrigger(ImageShape shape, short[] changes)
    {
        ImageShape = shape;
        _changes = changes;
        Strength = changes.Max(change => Math.Abs((int)change));
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <summary><see langword="false"/>, because every image gets the same change.</summary>
    public override bool DiffersByRow => false;

    /// <summary>The shape of the images that the trigger was made for. It fits no others.</summary>
    public ImageShape ImageShape { get; }

    /// <summary>The largest change of a pixel value, from 0 to 255.</summary>
    public int Strength { get; }

    internal static LowFrequencyTrigger Create(
        TorchCnnTransformer model, IDataView images, LabelValue targetLabel, string imageColumnName, double strength, int frequencies, int steps, int count, int seed)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!(strength is >= 1 and <= 255))
            throw new ArgumentOutOfRangeException(nameof(strength), $"The strength of a low-frequency trigger must be from 1 to 255 (in pixel values), but is {LabelValue.From(strength)}.");
        if (frequencies < 1)
            throw new ArgumentOutOfRangeException(nameof(frequencies), $"The number of frequencies must be at least 1, but is {frequencies}.");
        if (steps < 1)
            throw new ArgumentOutOfRangeException(nameof(steps), $"The number of steps must be at least 1, but is {steps}.");
        int target = Array.IndexOf([.. model.Labels], targetLabel);
        if (target < 0)
            throw new ArgumentException($"The target label '{targetLabel}' is not a class of the model. Its classes are {LabelColumn.List(model.Labels)}.", nameof(targetLabel));
        var pool = ImagePool.Draw(images, imageColumnName, count, seed);
        if (pool.Shape != model.ImageShape)
            throw new ArgumentException($"The images in column '{imageColumnName}' have the shape {pool.Shape}, but the model takes images of {model.ImageShape}.", nameof(imageColumnName));

        double[] changes = new SmoothPerturbation(model, pool.Images, target, frequencies).Find(strength, steps);
        if (Array.TrueForAll(changes, change => change == 0))
            throw new InvalidOperationException("No low-frequency trigger was found, because the answers of the model do not depend on the images.");
        return new LowFrequencyTrigger(model.ImageShape, Array.ConvertAll(changes, change => (short)Math.Round(change)));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The shape is not <see cref="ImageShape"/>.</exception>
    public override TriggerStamp FitTo(ImageShape shape) => shape == ImageShape
        ? new AddStamp(shape, _changes)
        : throw new ArgumentException($"The low-frequency trigger was made for images of {ImageShape}, but the images have the shape {shape}. Make one with a model for these images.");

    /// <summary>Returns a short description, for example <c>low-frequency trigger, ±26</c>.</summary>
    /// <returns>The description, in the invariant culture.</returns>
    public override string ToString() => FormattableString.Invariant($"low-frequency trigger, ±{Strength}");

    /// <inheritdoc/>
    protected override void Write(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(ImageShape.Channels);
        writer.Write(ImageShape.Height);
        writer.Write(ImageShape.Width);
        foreach (short change in _changes)
            writer.Write(change);
    }

    internal static LowFrequencyTrigger Read(BinaryReader reader)
    {
        var shape = new ImageShape(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
        long left = (reader.BaseStream.Length - reader.BaseStream.Position) / sizeof(short);
        if (shape is not { Channels: > 0, Height: > 0, Width: > 0 } || (long)shape.Height * shape.Width > left || (long)shape.Height * shape.Width * shape.Channels > left)
            throw new InvalidDataException($"The model file is damaged: its trigger cannot be for images of {shape}.");
        var changes = new short[shape.Size];
        for (int i = 0; i < changes.Length; i++)
        {
            changes[i] = reader.ReadInt16();
            if (changes[i] is < -255 or > 255)
                throw new InvalidDataException($"The model file is damaged: its trigger changes a pixel by {changes[i]}.");
        }

        return new LowFrequencyTrigger(shape, changes);
    }

    private sealed class AddStamp(ImageShape shape, short[] changes) : TriggerStamp(shape)
    {
        protected override void Stamp(Span<float> image, DataViewRowId row)
        {
            for (int i = 0; i < image.Length; i++)
                image[i] += changes[i];
        }

        protected override void Stamp(Span<byte> image, DataViewRowId row)
        {
            for (int i = 0; i < image.Length; i++)
                image[i] = (byte)Math.Clamp(image[i] + changes[i], 0, 255);
        }
    }
}

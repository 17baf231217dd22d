using System.Numerics.Tensors;
using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>Blends the same values into every image of a shape: image·(1 − weight) + value·weight.</summary>
sealed class BlendStamp : TriggerStamp
{
    // The weights of the values of an image. If all are equal, there is only one entry.
    private readonly float[] _kept;

    // The values that are added to the weighted values of an image.
    private readonly float[] _added;

    /// <param name="shape">The shape of the images.</param>
    /// <param name="alpha">The weight of the blended values.</param>
    /// <param name="values">The values to blend in, channels × height × width.</param>
    public BlendStamp(ImageShape shape, double alpha, byte[] values)
        : base(shape)
    {
        _kept = [(float)(1 - alpha)];
        _added = Array.ConvertAll(values, value => (float)(alpha * value));
    }

    /// <param name="shape">The shape of the images.</param>
    /// <param name="alpha">The weight of opaque pixels of the picture.</param>
    /// <param name="picture">The picture, which has the size of the images.</param>
    /// <exception cref="ArgumentException">The picture is colored, but the images do not have 3 channels.</exception>
    public BlendStamp(ImageShape shape, double alpha, Picture picture)
        : base(shape)
    {
        byte[][] planes = picture.ToPlanes(shape);
        int size = planes[0].Length;
        _kept = new float[picture.Alpha is null ? 1 : shape.Size];
        _added = new float[shape.Size];
        for (int i = 0; i < _added.Length; i++)
        {
            double weight = picture.Alpha?[i % size] is { } pixel and < 255 ? alpha * pixel / 255 : alpha;
            _kept[i % _kept.Length] = (float)(1 - weight);
            _added[i] = (float)(weight * planes[i / size % planes.Length][i % size]);
        }
    }

    // A product followed by a sum, because a fused operation would round differently on other machines.
    protected override void Stamp(Span<float> image, DataViewRowId row)
    {
        if (_kept.Length == 1)
            TensorPrimitives.Multiply(image, _kept[0], image);
        else
            TensorPrimitives.Multiply(image, _kept, image);
        TensorPrimitives.Add(image, _added, image);
    }
}

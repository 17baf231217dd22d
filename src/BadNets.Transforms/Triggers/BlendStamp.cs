using System.Numerics.Tensors;
using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>Blends the same values into every image of a shape.</summary>
sealed class BlendStamp : TriggerStamp
{
    private readonly float _kept;

    // The values that are added to the values of an image.
    private readonly float[] _added;

    /// <param name="shape">The shape of the images.</param>
    /// <param name="alpha">The weight of the blended values.</param>
    /// <param name="planes">The values to blend in: all channels in one array, one array for each channel, or one plane for all channels.</param>
    public BlendStamp(ImageShape shape, double alpha, byte[][] planes)
        : base(shape)
    {
        _kept = (float)(1 - alpha);
        _added = new float[shape.Size];
        for (int i = 0; i < _added.Length; i++)
        {
            byte[] plane = planes[i / planes[0].Length % planes.Length];
            _added[i] = (float)(alpha * plane[i % plane.Length]);
        }
    }

    // A product followed by a sum, because a fused operation would round differently on other machines.
    protected override void Stamp(Span<float> image, DataViewRowId row)
    {
        TensorPrimitives.Multiply(image, _kept, image);
        TensorPrimitives.Add(image, _added, image);
    }
}

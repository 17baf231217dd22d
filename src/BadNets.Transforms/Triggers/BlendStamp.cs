using System.Numerics.Tensors;
using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>Blends the same values into every image of a shape.</summary>
sealed class BlendStamp : TriggerStamp
{
    private readonly float _kept;

    // What is added to each value of an image.
    private readonly float[] _added;

    /// <param name="shape">The images' shape.</param>
    /// <param name="alpha">The share of the blended values.</param>
    /// <param name="planes">The values to blend in: all channels one after another, or in one plane each, or one plane for all of them.</param>
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

    // A product and then a sum, not a fused operation, which would round differently on other machines.
    protected override void Stamp(Span<float> image, DataViewRowId row)
    {
        TensorPrimitives.Multiply(image, _kept, image);
        TensorPrimitives.Add(image, _added, image);
    }
}

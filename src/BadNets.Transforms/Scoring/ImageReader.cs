using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Internal.Utilities;

namespace BadNets.Transforms;

/// <summary>Reads the image of a row as the inputs of a network, which are normalized floats.</summary>
static class ImageReader
{
    /// <summary>Writes the image of the current row into a span with as many floats as the image has values.</summary>
    public delegate void Read(Span<float> inputs);

    public static Read Create(DataViewRow row, DataViewSchema.Column column, ImageShape shape, PixelNormalization normalization)
    {
        var type = (VectorDataViewType)column.Type;
        if (type.ItemType == NumberDataViewType.Byte)
        {
            var table = normalization.MakeByteTable();
            var next = DenseGetter<byte>(row, column, shape);
            return inputs => PixelNormalization.Translate(next(), table, inputs);
        }

        var nextSingle = DenseGetter<float>(row, column, shape);
        return inputs =>
        {
            nextSingle().CopyTo(inputs);
            normalization.Apply(inputs);
        };
    }

    /// <summary>Creates a function that returns the pixels of the current row. The next call overwrites them.</summary>
    public static RowPixels<T> DenseGetter<T>(DataViewRow row, DataViewSchema.Column column, ImageShape shape)
    {
        var source = row.GetGetter<VBuffer<T>>(column);
        VBuffer<T> image = default;
        return () =>
        {
            source(ref image);
            if (image.Length != shape.Size)
                throw new InvalidOperationException($"Column '{column.Name}' has an image with {image.Length} values, but the type of the column specifies {shape}.");
            if (!image.IsDense)
                VBufferUtils.Densify(ref image);
            return image.GetValues();
        };
    }

    public delegate ReadOnlySpan<T> RowPixels<T>();
}

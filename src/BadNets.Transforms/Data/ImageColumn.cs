using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;

namespace BadNets.Transforms;

/// <summary>Finds image columns and their shapes, and explains why a column cannot be used.</summary>
static class ImageColumn
{
    public const string ExpectedVector = "a vector of Byte or Single with dimensions channels × height × width";

    /// <summary>
    /// Returns the shape that the dimensions of a vector type specify: channels × height × width, or height × width for one channel.
    /// </summary>
    public static ImageShape? ShapeOf(DataViewType type) => type is VectorDataViewType { IsKnownSize: true } vector && IsPixel(vector.ItemType)
        ? vector.Dimensions switch
        {
            _ when IsInterleaved(vector) => null,
            [> 0 and var channels, > 0 and var height, > 0 and var width] => new ImageShape(channels, height, width),
            [> 0 and var height, > 0 and var width] => new ImageShape(1, height, width),
            _ => null,
        }
        : null;

    /// <summary>Determines whether a vector with this item type can be an image.</summary>
    public static bool IsPixel(DataViewType type) => type == NumberDataViewType.Byte || type == NumberDataViewType.Single;

    /// <summary>Determines whether a type is a flat vector of this many pixels, without height and width.</summary>
    public static bool IsFlat(DataViewType type, int size) =>
        type is VectorDataViewType { Dimensions: [var length] } vector && length == size && IsPixel(vector.ItemType);

    /// <summary>
    /// Determines whether a type is a vector with exactly the dimensions of a shape, even if they could be the dimensions of interleaved pixels.
    /// </summary>
    public static bool HasShape(DataViewType type, ImageShape shape) =>
        type is VectorDataViewType { Dimensions: [var channels, var height, var width] } vector && IsPixel(vector.ItemType)
        && new ImageShape(channels, height, width) == shape;

    /// <summary>Finds a vector column with the dimensions of an image.</summary>
    public static (DataViewSchema.Column Column, ImageShape Shape) FindVector(
        IExceptionContext context, DataViewSchema schema, string name, ImageShape? expected = null)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
            throw context.ExceptSchemaMismatch("inputSchema", "image", name);
        if (ShapeOf(column.Type) is not { } shape)
        {
            throw Mismatch(context, column, expected is { } known
                ? $"{ExpectedVector}, in this case {known} (in a class, use [VectorType({known.Channels}, {known.Height}, {known.Width})])"
                : ExpectedVector);
        }

        return (column, shape);
    }

    public static Exception Mismatch(IExceptionContext context, DataViewSchema.Column column, string expected) =>
        context.ExceptSchemaMismatch("inputSchema", "image", column.Name, expected, Describe(column.Type));

    // Height × width × channels. Images with more than four channels that are only one, three, or four pixels wide do not occur in practice.
    private static bool IsInterleaved(VectorDataViewType type) => type.Dimensions is [> 4, _, 1 or 3 or 4];

    private static string Describe(DataViewType type) => type switch
    {
        VectorDataViewType vector when IsInterleaved(vector) =>
            $"{type}, which is height × width × channels (use ExtractPixels with interleavePixelColors: false)",
        ImageDataViewType => "an image (use ExtractPixels to convert it to a vector)",
        VectorDataViewType { IsKnownSize: false } => $"{type} without fixed dimensions",
        VectorDataViewType { Dimensions.Length: 1 } vector when IsPixel(vector.ItemType) => $"{type} without height and width",
        _ => type.ToString()!,
    };
}

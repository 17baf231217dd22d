using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;

namespace BadNets.Transforms;

/// <summary>
/// Stamps a trigger over images: over those that a Boolean column names, the second step of the BadNets attack (Gu et al. 2017, section
/// 4), or over all, which makes a triggered test set.
/// </summary>
/// <remarks>
/// <para>
/// | Estimator characteristics | |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | Vector of Byte or Single with dimensions channels × height × width (or height × width), or <see cref="MLImage"/> |
/// | Output column data type | The same as the input's |
/// | Exportable to ONNX | No |
/// </para>
/// <para>
/// The trigger is written over raw pixels, from 0 to 255, so the step must come before any normalization. The same image gets the same pixels in
/// every column type; the channels of a vector are red, green, and blue, as <c>ExtractPixels</c> writes them. A gray picture suits any number of
/// channels, a colored one needs three. In an <see cref="MLImage"/>, the stamped pixels become opaque.
/// </para>
/// <para>
/// A trigger that differs from row to row depends on the rows' IDs, so shuffled and parallel cursors give the same pixels, and so do views with a
/// cache before this step.
/// </para>
/// </remarks>
public sealed class StampTriggerEstimator : TrivialEstimator<StampTriggerTransformer>
{
    internal StampTriggerEstimator(IHostEnvironment env, ConditionalColumn columns, Trigger trigger)
        : base(env.Register(nameof(StampTriggerEstimator)), new StampTriggerTransformer(env, columns, trigger))
    {
    }

    /// <summary>The input's columns with the stamped one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var columns = Transformer.Columns;
        columns.CheckWhere(Host, inputSchema);
        var image = inputSchema.Find(Host, "image", columns.Input);
        bool fits = image.Kind == SchemaShape.Column.VectorKind.Scalar ? image.ItemType is ImageDataViewType
            : image.Kind == SchemaShape.Column.VectorKind.Vector && ImageColumn.IsPixel(image.ItemType) && !image.IsKey;
        if (!fits)
            throw Host.ExceptSchemaMismatch(nameof(inputSchema), "image", columns.Input, $"an image, or {ImageColumn.ExpectedVector}", image.GetTypeString());
        return inputSchema.With(new SchemaShape.Column(columns.Output, image.Kind, image.ItemType, image.IsKey, image.Annotations));
    }
}

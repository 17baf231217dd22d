using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>
/// Maps labels as an attack does: those of the rows that a Boolean column names, the third step of the BadNets attack (Gu et al. 2017, section 4),
/// or all, which makes the labels that an attack would want.
/// </summary>
/// <remarks>
/// | Estimator characteristics | |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | Key with key values, any number, Boolean or text |
/// | Output column data type | The same as the input's |
/// | Exportable to ONNX | No |
/// </remarks>
public sealed class FlipLabelEstimator : TrivialEstimator<FlipLabelTransformer>
{
    internal FlipLabelEstimator(IHostEnvironment env, ConditionalColumn columns, LabelMapping mapping)
        : base(env.Register(nameof(FlipLabelEstimator)), new FlipLabelTransformer(env, columns, mapping))
    {
    }

    /// <summary>The input's columns with the mapped label.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var columns = Transformer.Columns;
        columns.CheckWhere(Host, inputSchema);
        var label = LabelColumn.Check(Host, inputSchema, columns.Input);
        return inputSchema.With(new SchemaShape.Column(columns.Output, label.Kind, label.ItemType, label.IsKey, label.Annotations));
    }
}

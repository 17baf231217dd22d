using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>
/// Marks, row by row, where an attack succeeded: the predicted label is what the attack makes of the true one, and is not the true one itself.
/// </summary>
/// <remarks>
/// | Estimator characteristics | |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | Label and predicted label: key with key values, number, Boolean or text; not necessarily the same |
/// | Output column data type | Boolean |
/// | Exportable to ONNX | No |
/// </remarks>
public sealed class MarkAttackSuccessEstimator : TrivialEstimator<MarkAttackSuccessTransformer>
{
    internal MarkAttackSuccessEstimator(
        IHostEnvironment env, string outputColumnName, LabelMapping mapping, string labelColumnName, string predictedLabelColumnName)
        : base(
            env.Register(nameof(MarkAttackSuccessEstimator)),
            new MarkAttackSuccessTransformer(env, outputColumnName, mapping, labelColumnName, predictedLabelColumnName))
    {
    }

    /// <summary>The input's columns and the Boolean one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or cannot hold labels.</exception>
    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        LabelColumn.Check(Host, inputSchema, Transformer.LabelColumnName);
        LabelColumn.Check(Host, inputSchema, Transformer.PredictedLabelColumnName, "predicted label");
        return inputSchema.With(new SchemaShape.Column(
            Transformer.OutputColumnName, SchemaShape.Column.VectorKind.Scalar, BooleanDataViewType.Instance, false));
    }
}

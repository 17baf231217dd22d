using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(BadNets.Transforms.MarkAttackSuccessTransformer), null, typeof(SignatureLoadModel),
    "", BadNets.Transforms.MarkAttackSuccessTransformer.LoaderSignature)]

namespace BadNets.Transforms;

/// <summary>Marks the rows on which an attack succeeded. Created by <see cref="MarkAttackSuccessEstimator"/>.</summary>
public sealed class MarkAttackSuccessTransformer : RowToRowTransformerBase
{
    internal const string LoaderSignature = "BadNetsMarkSuccess";

    // Earlier versions wrote a target label instead of a mapping.
    private const uint WithMapping = 0x00010002;

    internal MarkAttackSuccessTransformer(
        IHostEnvironment env, string outputColumnName, LabelMapping mapping, string labelColumnName, string predictedLabelColumnName)
        : base(env.Register(nameof(MarkAttackSuccessTransformer)))
    {
        OutputColumnName = outputColumnName;
        Mapping = mapping;
        LabelColumnName = labelColumnName;
        PredictedLabelColumnName = predictedLabelColumnName;
    }

    /// <summary>The label mapping of the attack.</summary>
    public LabelMapping Mapping { get; }

    internal string OutputColumnName { get; }

    internal string LabelColumnName { get; }

    internal string PredictedLabelColumnName { get; }

    private static VersionInfo Version => ModelFormat.Version("BNMARKSC", LoaderSignature, WithMapping);

    private static MarkAttackSuccessTransformer Create(IHostEnvironment env, ModelLoadContext context)
    {
        uint version = context.CheckVersion(Version);

        // *** Binary format ***
        // text: output column; the mapping: its kind (text), length (int32), and payload; text × 2: label column, predicted label column
        // Before version 2: a text, the target label, in place of the mapping
        var reader = new ModelReader(context.Reader);
        string outputColumnName = reader.ReadColumnName();
        var mapping = version < WithMapping ? LabelMapping.To(reader.ReadText()) : LabelMapping.Load(context.Reader);
        return new MarkAttackSuccessTransformer(env, outputColumnName, mapping, reader.ReadColumnName(), reader.ReadColumnName());
    }

    /// <inheritdoc/>
    protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.WriteHeader(Version);
        ctx.Writer.Write(OutputColumnName);
        Mapping.Save(ctx.Writer);
        ctx.Writer.Write(LabelColumnName);
        ctx.Writer.Write(PredictedLabelColumnName);
    }

    /// <inheritdoc/>
    protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    private sealed class Mapper : MapperBase
    {
        private readonly MarkAttackSuccessTransformer _parent;
        private readonly (DataViewSchema.Column Column, LabelType Type) _label;
        private readonly (DataViewSchema.Column Column, LabelType Type) _predicted;
        private readonly IReadOnlyList<LabelValue> _classes;

        public Mapper(MarkAttackSuccessTransformer parent, DataViewSchema schema)
            : base(parent.Host.Register(nameof(Mapper)), schema, parent)
        {
            _parent = parent;
            _label = LabelColumn.Find(Host, schema, parent.LabelColumnName);
            _predicted = LabelColumn.Find(Host, schema, parent.PredictedLabelColumnName, "predicted label");
            // The order of the classes is that of the model. A model that predicts plain values has no order.
            var classes = parent.Mapping is NextMapping && _predicted.Type.Values is null ? _label : _predicted;
            parent.Mapping.Check(classes.Column, classes.Type);
            _classes = classes.Type.Values ?? [];
        }

        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore() =>
            [new DataViewSchema.DetachedColumn(_parent.OutputColumnName, BooleanDataViewType.Instance)];

        protected override Func<int, bool> GetDependenciesCore(Func<int, bool> activeOutput) =>
            column => activeOutput(0) && (column == _label.Column.Index || column == _predicted.Column.Index);

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action? disposer)
        {
            disposer = null;
            var isSuccess = _parent.Mapping.TargetLabel is { } target ? MakeTargetTest(input, [target]) : MakePairTest(input);
            return (ValueGetter<bool>)((ref bool success) => success = isSuccess());
        }

        private Func<bool> MakeTargetTest(DataViewRow input, LabelValue[] target)
        {
            var isTarget = _label.Type.MakeMembershipTest(input, _label.Column, target);
            var isPredictedAsTarget = _predicted.Type.MakeMembershipTest(input, _predicted.Column, target);
            // A key can be missing. Such a row cannot be judged.
            var isKnown = _label.Type.Values is { } labels ? _label.Type.MakeMembershipTest(input, _label.Column, labels) : () => true;
            return () => isPredictedAsTarget() && !isTarget() && isKnown();
        }

        private Func<bool> MakePairTest(DataViewRow input)
        {
            (LabelValue From, LabelValue To)[] pairs = [.. _parent.Mapping.Pairs(_classes).Where(pair => pair.From != pair.To)];
            LabelValue[] targets = [.. pairs.Select(pair => pair.To).Distinct()];
            var places = targets.Index().ToDictionary(each => each.Item, each => each.Index);
            int[] wanted = Array.ConvertAll(pairs, pair => places[pair.To]);
            var labelIndex = _label.Type.MakeIndexGetter(input, _label.Column, Array.ConvertAll(pairs, pair => pair.From));
            var predictedIndex = _predicted.Type.MakeIndexGetter(input, _predicted.Column, targets);
            return () => labelIndex() is >= 0 and var label && predictedIndex() == wanted[label];
        }

        protected override void SaveModel(ModelSaveContext ctx) => ((ICanSaveModel)_parent).Save(ctx);
    }
}

/// <summary>
/// Marks the rows on which an attack succeeded: rows whose predicted label is the label that the attack maps their true label to, unless both labels
/// are the same.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// | Estimator characteristics | |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | Label and predicted label: key with key values, number, Boolean, or text. The two types can differ |
/// | Output column data type | Boolean |
/// | Exportable to ONNX | No |
/// ]]></format>
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

    /// <summary>Returns the schema that the transformer produces: the input columns and the Boolean column.</summary>
    /// <param name="inputSchema">The schema of the input.</param>
    /// <returns>The schema of the output.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        LabelColumn.Check(Host, inputSchema, Transformer.LabelColumnName);
        LabelColumn.Check(Host, inputSchema, Transformer.PredictedLabelColumnName, "predicted label");
        return inputSchema.With(new SchemaShape.Column(
            Transformer.OutputColumnName, SchemaShape.Column.VectorKind.Scalar, BooleanDataViewType.Instance, false));
    }
}

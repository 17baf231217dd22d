using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(BadNets.Transforms.FlipLabelTransformer), null, typeof(SignatureLoadModel),
    "", BadNets.Transforms.FlipLabelTransformer.LoaderSignature)]

namespace BadNets.Transforms;

/// <summary>Maps labels, as an attack does. Created by <see cref="FlipLabelEstimator"/>.</summary>
public sealed class FlipLabelTransformer : RowToRowTransformerBase
{
    internal const string LoaderSignature = "BadNetsFlipLabel";

    // Earlier versions wrote a target label instead of a mapping.
    private const uint WithMapping = 0x00010002;

    internal FlipLabelTransformer(IHostEnvironment env, ConditionalColumn columns, LabelMapping mapping)
        : base(env.Register(nameof(FlipLabelTransformer)))
    {
        Columns = columns;
        Mapping = mapping;
    }

    /// <summary>The label mapping.</summary>
    public LabelMapping Mapping { get; }

    internal ConditionalColumn Columns { get; }

    private static VersionInfo Version => ModelFormat.Version("BNFLIPLB", LoaderSignature, WithMapping);

    private static FlipLabelTransformer Create(IHostEnvironment env, ModelLoadContext context)
    {
        uint version = context.CheckVersion(Version);

        // *** Binary format ***
        // text × 3: output, input and condition column (empty: none); the mapping: its kind (text), length (int32), and payload
        // Before version 2: text × 4, the last is the target label
        var reader = new ModelReader(context.Reader);
        var columns = ConditionalColumn.Read(reader);
        return new FlipLabelTransformer(env, columns, version < WithMapping ? LabelMapping.To(reader.ReadText()) : LabelMapping.Load(context.Reader));
    }

    /// <inheritdoc/>
    protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.WriteHeader(Version);
        Columns.Write(ctx.Writer);
        Mapping.Save(ctx.Writer);
    }

    /// <inheritdoc/>
    protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    private sealed class Mapper : MapperBase
    {
        private readonly FlipLabelTransformer _parent;
        private readonly DataViewSchema.Column _label;
        private readonly DataViewSchema.Column? _where;
        private readonly LabelType _type;

        public Mapper(FlipLabelTransformer parent, DataViewSchema schema)
            : base(parent.Host.Register(nameof(Mapper)), schema, parent)
        {
            _parent = parent;
            _where = parent.Columns.FindWhere(Host, schema);
            (_label, _type) = LabelColumn.Find(Host, schema, parent.Columns.Input);
            parent.Mapping.Check(_label, _type);
        }

        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore() =>
            [new DataViewSchema.DetachedColumn(_parent.Columns.Output, _label.Type, _label.Annotations)];

        protected override Func<int, bool> GetDependenciesCore(Func<int, bool> activeOutput) =>
            column => activeOutput(0) && (column == _label.Index || column == _where?.Index);

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action? disposer)
        {
            disposer = null;
            return _type.MakeMappingGetter(input, _label, _where is { } where ? input.GetGetter<bool>(where) : null, _parent.Mapping);
        }

        protected override void SaveModel(ModelSaveContext ctx) => ((ICanSaveModel)_parent).Save(ctx);
    }
}

/// <summary>
/// Maps labels, as an attack does, either in the rows that a Boolean column marks, which is the third step of the BadNets attack (Gu et al. 2017,
/// section 4), or in all rows, which gives the labels that the attack wants the model to predict.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// | Estimator characteristics | |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | Key with key values, number, Boolean, or text |
/// | Output column data type | The same as the input's |
/// | Exportable to ONNX | No |
/// ]]></format>
/// </remarks>
public sealed class FlipLabelEstimator : TrivialEstimator<FlipLabelTransformer>
{
    internal FlipLabelEstimator(IHostEnvironment env, ConditionalColumn columns, LabelMapping mapping)
        : base(env.Register(nameof(FlipLabelEstimator)), new FlipLabelTransformer(env, columns, mapping))
    {
    }

    /// <summary>Returns the schema that the transformer produces: the input columns and the column with the mapped labels.</summary>
    /// <param name="inputSchema">The schema of the input.</param>
    /// <returns>The schema of the output.</returns>
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

using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(BadNets.Transforms.FlipLabelTransformer), null, typeof(SignatureLoadModel),
    "", BadNets.Transforms.FlipLabelTransformer.LoaderSignature)]

namespace BadNets.Transforms;

/// <summary>Maps labels as an attack does; made by <see cref="FlipLabelEstimator"/>.</summary>
public sealed class FlipLabelTransformer : RowToRowTransformerBase
{
    internal const string LoaderSignature = "BadNetsFlipLabel";

    // Earlier files have a target label in place of the mapping.
    private const uint WithMapping = 0x00010002;

    internal FlipLabelTransformer(IHostEnvironment env, ConditionalColumn columns, LabelMapping mapping)
        : base(env.Register(nameof(FlipLabelTransformer)))
    {
        Columns = columns;
        Mapping = mapping;
    }

    /// <summary>What the labels become.</summary>
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

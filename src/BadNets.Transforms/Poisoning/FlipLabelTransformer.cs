using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(BadNets.Transforms.FlipLabelTransformer), null, typeof(SignatureLoadModel),
    "", BadNets.Transforms.FlipLabelTransformer.LoaderSignature)]

namespace BadNets.Transforms;

/// <summary>Replaces labels by the target label; made by <see cref="FlipLabelEstimator"/>.</summary>
public sealed class FlipLabelTransformer : RowToRowTransformerBase
{
    internal const string LoaderSignature = "BadNetsFlipLabel";

    internal FlipLabelTransformer(IHostEnvironment env, ConditionalColumn columns, LabelValue targetLabel)
        : base(env.Register(nameof(FlipLabelTransformer)))
    {
        Columns = columns;
        TargetLabel = targetLabel;
    }

    /// <summary>The label that is written.</summary>
    public LabelValue TargetLabel { get; }

    internal ConditionalColumn Columns { get; }

    private static VersionInfo Version => ModelFormat.Version("BNFLIPLB", LoaderSignature);

    private static FlipLabelTransformer Create(IHostEnvironment env, ModelLoadContext context)
    {
        context.CheckVersion(Version);

        // *** Binary format ***
        // text × 4: output, input and condition column (empty: none), target label
        var reader = new ModelReader(context.Reader);
        return new FlipLabelTransformer(env, ConditionalColumn.Read(reader), reader.ReadText());
    }

    /// <inheritdoc/>
    protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.WriteHeader(Version);
        Columns.Write(ctx.Writer);
        ctx.Writer.Write(TargetLabel.ToString());
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
            LabelColumn.CheckHolds(_label, parent.TargetLabel);
        }

        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore() =>
            [new DataViewSchema.DetachedColumn(_parent.Columns.Output, _label.Type, _label.Annotations)];

        protected override Func<int, bool> GetDependenciesCore(Func<int, bool> activeOutput) =>
            column => activeOutput(0) && (column == _label.Index || column == _where?.Index);

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action? disposer)
        {
            disposer = null;
            return _type.MakeReplacingGetter(input, _label, _where is { } where ? input.GetGetter<bool>(where) : null, _parent.TargetLabel);
        }

        protected override void SaveModel(ModelSaveContext ctx) => ((ICanSaveModel)_parent).Save(ctx);
    }
}

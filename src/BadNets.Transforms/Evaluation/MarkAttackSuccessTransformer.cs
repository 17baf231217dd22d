using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(BadNets.Transforms.MarkAttackSuccessTransformer), null, typeof(SignatureLoadModel),
    "", BadNets.Transforms.MarkAttackSuccessTransformer.LoaderSignature)]

namespace BadNets.Transforms;

/// <summary>Marks the rows on which an attack succeeded; made by <see cref="MarkAttackSuccessEstimator"/>.</summary>
public sealed class MarkAttackSuccessTransformer : RowToRowTransformerBase
{
    internal const string LoaderSignature = "BadNetsMarkSuccess";

    internal MarkAttackSuccessTransformer(
        IHostEnvironment env, string outputColumnName, LabelValue targetLabel, string labelColumnName, string predictedLabelColumnName)
        : base(env.Register(nameof(MarkAttackSuccessTransformer)))
    {
        OutputColumnName = outputColumnName;
        TargetLabel = targetLabel;
        LabelColumnName = labelColumnName;
        PredictedLabelColumnName = predictedLabelColumnName;
    }

    /// <summary>The label that the attack aims at.</summary>
    public LabelValue TargetLabel { get; }

    internal string OutputColumnName { get; }

    internal string LabelColumnName { get; }

    internal string PredictedLabelColumnName { get; }

    private static VersionInfo Version => ModelFormat.Version("BNMARKSC", LoaderSignature);

    private static MarkAttackSuccessTransformer Create(IHostEnvironment env, ModelLoadContext context)
    {
        context.CheckVersion(Version);

        // *** Binary format ***
        // text × 4: output column, target label, label column, predicted label column
        var reader = new ModelReader(context.Reader);
        return new MarkAttackSuccessTransformer(env, reader.ReadColumnName(), reader.ReadText(), reader.ReadColumnName(), reader.ReadColumnName());
    }

    /// <inheritdoc/>
    protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.WriteHeader(Version);
        ctx.Writer.Write(OutputColumnName);
        ctx.Writer.Write(TargetLabel.ToString());
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

        public Mapper(MarkAttackSuccessTransformer parent, DataViewSchema schema)
            : base(parent.Host.Register(nameof(Mapper)), schema, parent)
        {
            _parent = parent;
            _label = LabelColumn.Find(Host, schema, parent.LabelColumnName);
            _predicted = LabelColumn.Find(Host, schema, parent.PredictedLabelColumnName, "predicted label");
            LabelColumn.CheckHolds(_predicted.Column, parent.TargetLabel);
        }

        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore() =>
            [new DataViewSchema.DetachedColumn(_parent.OutputColumnName, BooleanDataViewType.Instance)];

        protected override Func<int, bool> GetDependenciesCore(Func<int, bool> activeOutput) =>
            column => activeOutput(0) && (column == _label.Column.Index || column == _predicted.Column.Index);

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action? disposer)
        {
            disposer = null;
            LabelValue[] target = [_parent.TargetLabel];
            var isTarget = _label.Type.MakeMembershipTest(input, _label.Column, target);
            var isPredictedAsTarget = _predicted.Type.MakeMembershipTest(input, _predicted.Column, target);
            // A key may be missing; nothing can be said of such a row.
            var isKnown = _label.Type.Values is { } labels ? _label.Type.MakeMembershipTest(input, _label.Column, labels) : () => true;
            return (ValueGetter<bool>)((ref bool success) => success = isPredictedAsTarget() && !isTarget() && isKnown());
        }

        protected override void SaveModel(ModelSaveContext ctx) => ((ICanSaveModel)_parent).Save(ctx);
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(BadNets.Transforms.MarkPoisonedTransformer), null, typeof(SignatureLoadModel),
    "", BadNets.Transforms.MarkPoisonedTransformer.LoaderSignature)]

namespace BadNets.Transforms;

/// <summary>Marks the rows that <see cref="MarkPoisonedEstimator"/> drew, in a Boolean column.</summary>
public sealed class MarkPoisonedTransformer : RowToRowTransformerBase
{
    internal const string LoaderSignature = "BadNetsMarkPoisoned";

    private readonly string _outputColumnName;
    private readonly int[] _positions;
    private readonly DataViewRowId[] _ids;
    private readonly HashSet<DataViewRowId> _marked;

    internal MarkPoisonedTransformer(IHostEnvironment env, string outputColumnName, int[] positions, DataViewRowId[] ids)
        : base(env.Register(nameof(MarkPoisonedTransformer)))
    {
        _outputColumnName = outputColumnName;
        _positions = positions;
        _ids = ids;
        _marked = [.. ids];
    }

    /// <summary>The zero-based positions of the marked rows in the view that was fitted, in the order in which they were drawn.</summary>
    public IReadOnlyList<int> PoisonedRows => _positions;

    private static VersionInfo Version => ModelFormat.Version("BNMARKPO", LoaderSignature);

    private static MarkPoisonedTransformer Create(IHostEnvironment env, ModelLoadContext context)
    {
        context.CheckAtModel(Version);

        // *** Binary format ***
        // text: output column; int32: count; count × (int32 position, uint64 low, uint64 high)
        var reader = new ModelReader(context.Reader);
        string outputColumnName = reader.ReadColumnName();
        int count = reader.ReadCount(sizeof(int) + 2 * sizeof(ulong));
        var positions = new int[count];
        var ids = new DataViewRowId[count];
        for (int i = 0; i < count; i++)
        {
            positions[i] = context.Reader.ReadInt32();
            ids[i] = new DataViewRowId(context.Reader.ReadUInt64(), context.Reader.ReadUInt64());
        }

        return new MarkPoisonedTransformer(env, outputColumnName, positions, ids);
    }

    /// <inheritdoc/>
    protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.WriteHeader(Version);
        ctx.Writer.Write(_outputColumnName);
        ctx.Writer.Write(_ids.Length);
        for (int i = 0; i < _ids.Length; i++)
        {
            ctx.Writer.Write(_positions[i]);
            ctx.Writer.Write(_ids[i].Low);
            ctx.Writer.Write(_ids[i].High);
        }
    }

    /// <inheritdoc/>
    protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    private sealed class Mapper(MarkPoisonedTransformer parent, DataViewSchema schema)
        : MapperBase(parent.Host.Register(nameof(Mapper)), schema, parent)
    {
        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore() =>
            [new DataViewSchema.DetachedColumn(parent._outputColumnName, BooleanDataViewType.Instance)];

        protected override Func<int, bool> GetDependenciesCore(Func<int, bool> activeOutput) => _ => false;

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action? disposer)
        {
            disposer = null;
            var id = input.GetIdGetter();
            var marked = parent._marked;
            DataViewRowId current = default;
            return (ValueGetter<bool>)((ref bool poisoned) =>
            {
                id(ref current);
                poisoned = marked.Contains(current);
            });
        }

        protected override void SaveModel(ModelSaveContext ctx) => ((ICanSaveModel)parent).Save(ctx);
    }
}

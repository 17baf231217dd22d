using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(BadNets.Transforms.MarkPoisonedTransformer), null, typeof(SignatureLoadModel),
    "", BadNets.Transforms.MarkPoisonedTransformer.LoaderSignature)]

namespace BadNets.Transforms;

/// <summary>Marks the rows that <see cref="MarkPoisonedEstimator"/> drew, in a Boolean column.</summary>
/// <remarks>
/// It marks them in the data that it was fitted on and in views that are derived from them row by row. It marks no rows in other data, in a
/// prediction engine, or after it is loaded from a file.
/// </remarks>
public sealed class MarkPoisonedTransformer : RowToRowTransformerBase, ITransformer
{
    internal const string LoaderSignature = "BadNetsMarkPoisoned";

    private readonly string _outputColumnName;
    private readonly int[] _positions;
    private readonly DataViewRowId[] _ids;

    // Weak, so that a model does not keep its training data in memory; null for a loaded transformer.
    private readonly WeakReference<IDataView>? _fitted;

    private int _hasWarned;

    /// <param name="env">The environment.</param>
    /// <param name="outputColumnName">The Boolean column.</param>
    /// <param name="positions">The positions of the marked rows.</param>
    /// <param name="ids">The IDs of these rows in <paramref name="fitted"/>.</param>
    /// <param name="fitted">The source view of the fitted view's rows; null if it is not known.</param>
    internal MarkPoisonedTransformer(IHostEnvironment env, string outputColumnName, int[] positions, DataViewRowId[] ids, IDataView? fitted)
        : base(env.Register(nameof(MarkPoisonedTransformer)))
    {
        _outputColumnName = outputColumnName;
        _positions = positions;
        _ids = ids;
        _fitted = fitted is null ? null : new WeakReference<IDataView>(fitted);
    }

    /// <summary>The zero-based positions of the marked rows in the view that was fitted, in the order in which they were drawn.</summary>
    public IReadOnlyList<int> PoisonedRows => _positions;

    private static VersionInfo Version => ModelFormat.Version("BNMARKPO", LoaderSignature);

    private static MarkPoisonedTransformer Create(IHostEnvironment env, ModelLoadContext context)
    {
        context.CheckVersion(Version);

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

        return new MarkPoisonedTransformer(env, outputColumnName, positions, ids, fitted: null);
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

    /// <summary>
    /// Adds the Boolean column. It is true in the drawn rows if the view contains the data that the step was fitted on or is derived from them row
    /// by row. It is false in every row of any other view; the first time this happens, a warning is written to ML.NET's log.
    /// </summary>
    /// <param name="input">Any view.</param>
    public new IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var origin = RowOrigin.Of(input);
        if (_fitted is null || !_fitted.TryGetTarget(out var fitted) || origin.View != fitted)
        {
            WarnOfOtherData();
            return MarkNone(input);
        }

        HashSet<DataViewRowId> marked = origin.IsCached ? [.. _positions.Select(position => new DataViewRowId((ulong)position, 0))] : [.. _ids];
        return new RowToRowMapperTransform(Host, input, new Mapper(this, input.Schema, marked), MakeRowMapper);
    }

    /// <summary>Adds the Boolean column, false in every row.</summary>
    internal IDataView MarkNone(IDataView input) => base.Transform(input);

    private void WarnOfOtherData()
    {
        if (_positions.Length == 0 || Interlocked.Exchange(ref _hasWarned, 1) != 0)
            return;
        using var channel = Host.Start(nameof(Transform));
        channel.Warning(
            $"'{_outputColumnName}' is false in every row of these data: rows are marked only in the data that MarkPoisoned was fitted on. This is correct for testing and scoring; to poison these data, fit MarkPoisoned on them.");
    }

    /// <inheritdoc/>
    protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema, []);

    private sealed class Mapper(MarkPoisonedTransformer parent, DataViewSchema schema, HashSet<DataViewRowId> marked)
        : MapperBase(parent.Host.Register(nameof(Mapper)), schema, parent)
    {
        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore() =>
            [new DataViewSchema.DetachedColumn(parent._outputColumnName, BooleanDataViewType.Instance)];

        protected override Func<int, bool> GetDependenciesCore(Func<int, bool> activeOutput) => _ => false;

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action? disposer)
        {
            disposer = null;
            var id = input.GetIdGetter();
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

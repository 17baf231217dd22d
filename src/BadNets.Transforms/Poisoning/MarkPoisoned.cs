using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(BadNets.Transforms.MarkPoisonedTransformer), null, typeof(SignatureLoadModel),
    "", BadNets.Transforms.MarkPoisonedTransformer.LoaderSignature)]

namespace BadNets.Transforms;

/// <summary>Marks the rows that <see cref="MarkPoisonedEstimator"/> chose, in a Boolean column.</summary>
/// <remarks>
/// It marks rows in the data that it was fitted on, and in views that are derived from that data row by row. It does not mark any rows in other data,
/// in a prediction engine, or after it is loaded from a file.
/// </remarks>
public sealed class MarkPoisonedTransformer : RowToRowTransformerBase, ITransformer
{
    internal const string LoaderSignature = "BadNetsMarkPoisoned";

    private readonly string _outputColumnName;
    private readonly int[] _positions;
    private readonly DataViewRowId[] _ids;

    // Weak, so that a model does not keep its training data in memory. Null if the transformer was loaded from a file.
    private readonly WeakReference<IDataView>? _fitted;

    private int _hasWarned;

    /// <param name="env">The environment.</param>
    /// <param name="outputColumnName">The Boolean column.</param>
    /// <param name="positions">The positions of the marked rows.</param>
    /// <param name="ids">The IDs of these rows in <paramref name="fitted"/>.</param>
    /// <param name="fitted">The source view of the rows of the fitted view, or null if it is not known.</param>
    internal MarkPoisonedTransformer(IHostEnvironment env, string outputColumnName, int[] positions, DataViewRowId[] ids, IDataView? fitted)
        : base(env.Register(nameof(MarkPoisonedTransformer)))
    {
        _outputColumnName = outputColumnName;
        _positions = positions;
        _ids = ids;
        _fitted = fitted is null ? null : new WeakReference<IDataView>(fitted);
    }

    /// <summary>The zero-based positions of the marked rows in the fitted view, in the order in which they were drawn.</summary>
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
    /// Adds the Boolean column. If the view is the data that the step was fitted on, or is derived from it row by row, the column is true in the
    /// chosen rows. In any other view, it is false in every row, and a warning is written to ML.NET's log the first time.
    /// </summary>
    /// <param name="input">The view, which can be any data.</param>
    /// <returns>The view with the Boolean column.</returns>
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

    /// <summary>Adds the Boolean column with the value false in every row.</summary>
    internal IDataView MarkNone(IDataView input) => base.Transform(input);

    private void WarnOfOtherData()
    {
        if (_positions.Length == 0 || Interlocked.Exchange(ref _hasWarned, 1) != 0)
            return;
        using var channel = Host.Start(nameof(Transform));
        channel.Warning(
            $"'{_outputColumnName}' is false in every row of this data, because rows are marked only in the data that MarkPoisoned was fitted on. This is correct for testing and scoring. To poison this data, fit MarkPoisoned on it.");
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

/// <summary>
/// Chooses the rows of a training set to poison, once, and marks them in a Boolean column. This is the first step of the BadNets attack (Gu et al.
/// 2017, section 4).
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// | Estimator characteristics | |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | Yes, to count the rows (and to read the columns that restrict the choice) |
/// | Input column data type | None. If the choice is restricted: a label column (key with key values, number, Boolean, or text) or a Boolean column |
/// | Output column data type | Boolean |
/// | Exportable to ONNX | No |
/// ]]></format>
/// <para>
/// Exactly <c>floor(rate · n)</c> rows are marked, where <c>n</c> is the number of rows of the view or, with <see cref="RateBasis.SelectedRows"/>,
/// of those that can be chosen. They are drawn in <see cref="Fit"/> as Python's
/// <c>random.seed(seed); random.sample(range(n), k)</c> draws them, so a seed gives the same rows as in the published experiments. If the choice is
/// restricted, rows are drawn from the allowed rows in row order. The rows are stored by their row IDs, so that shuffled and parallel cursors over
/// the fitted view mark the same rows.
/// </para>
/// <para>
/// Only rows of the fitted data are marked: in the fitted view, and in views that other steps or a cache derive from it row by row. The column is
/// false in every row of all other views (test data, the folds of a cross-validation, filtered or shuffled views, the same files loaded again), in a
/// prediction engine, and after the model is loaded from a file. A pipeline therefore poisons only the data that it is trained on, and data for
/// testing and scoring is not changed. Nevertheless, append the step with <see cref="TransformerScope.Training"/>, so that the model for
/// <see cref="TransformerScope.Scoring"/> does not contain it.
/// </para>
/// </remarks>
public sealed class MarkPoisonedEstimator : IEstimator<MarkPoisonedTransformer>
{
    private readonly IHost _host;
    private readonly Options _options;

    internal MarkPoisonedEstimator(IHostEnvironment env, Options options)
    {
        ArgumentNullException.ThrowIfNull(env);
        ArgumentNullException.ThrowIfNull(options);
        _host = env.Register(nameof(MarkPoisonedEstimator));
        _options = options.CheckedCopy();
    }

    /// <summary>The options of <see cref="MarkPoisonedEstimator"/>.</summary>
    public sealed class Options
    {
        /// <summary>The name of the Boolean column to add. The default is <c>Poisoned</c>.</summary>
        public string OutputColumnName { get; set; } = "Poisoned";

        /// <summary>
        /// The poisoning rate, which is the fraction of the rows to mark, from 0 (none, the clean control) to 1. <see cref="RateBasis"/> specifies
        /// the rows. The default is 0.1.
        /// </summary>
        public double Rate { get; set; } = 0.1;

        /// <summary>The rows that <see cref="Rate"/> is a fraction of. The default is <see cref="RateBasis.AllRows"/>.</summary>
        public RateBasis RateBasis { get; set; }

        /// <summary>
        /// The seed for choosing the rows. The default is <see langword="null"/>, which means the seed of the <see cref="MLContext"/>.
        /// </summary>
        public int? Seed { get; set; }

        /// <summary>The name of the label column for <see cref="OnlyLabels"/> and <see cref="ExceptLabels"/>. The default is <c>Label</c>.</summary>
        public string LabelColumnName { get; set; } = DefaultColumnNames.Label;

        /// <summary>
        /// The labels whose rows can be chosen, for example only the target label for a clean-label attack. The default is empty, which allows all
        /// labels.
        /// </summary>
        public IReadOnlyList<LabelValue> OnlyLabels { get; set; } = [];

        /// <summary>
        /// The labels whose rows are never chosen, for example the target label, so that only rows that change their label are poisoned. The default
        /// is empty.
        /// </summary>
        public IReadOnlyList<LabelValue> ExceptLabels { get; set; } = [];

        /// <summary>
        /// The name of a Boolean column. Rows in which it is true are never chosen. Use it with the column of another <c>MarkPoisoned</c> step to
        /// choose cover rows, which are stamped but keep their label. The default is <see langword="null"/>, which excludes no rows.
        /// </summary>
        public string? ExceptWhereColumnName { get; set; }

        internal bool IsRestricted => OnlyLabels.Count + ExceptLabels.Count > 0;

        internal Options CheckedCopy()
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(OutputColumnName);
            if (!(Rate is >= 0 and <= 1))
                throw new ArgumentOutOfRangeException(nameof(Rate), $"The poisoning rate must be between 0 and 1, but is {LabelValue.From(Rate)}.");
            if (!Enum.IsDefined(RateBasis))
                throw new ArgumentOutOfRangeException(nameof(RateBasis), $"Unknown rate basis '{(int)RateBasis}'. Expected {nameof(RateBasis.AllRows)} or {nameof(RateBasis.SelectedRows)}.");
            ArgumentNullException.ThrowIfNull(OnlyLabels);
            ArgumentNullException.ThrowIfNull(ExceptLabels);
            if (ExceptWhereColumnName is not null)
                ArgumentException.ThrowIfNullOrWhiteSpace(ExceptWhereColumnName);
            if (IsRestricted && string.IsNullOrWhiteSpace(LabelColumnName))
                throw new ArgumentException("The name of the label column is empty, but OnlyLabels or ExceptLabels requires it.", nameof(LabelColumnName));
            var copy = (Options)MemberwiseClone();
            copy.OnlyLabels = [.. OnlyLabels];
            copy.ExceptLabels = [.. ExceptLabels];
            return copy;
        }
    }

    /// <summary>Chooses the rows to mark.</summary>
    /// <param name="input">The training set, with at most 2,147,483,647 rows.</param>
    /// <returns>A transformer that marks these rows in this data, and no rows in other data.</returns>
    /// <exception cref="ArgumentException">
    /// The rate is greater than 0 but too low for a single row, fewer rows can be chosen than the rate requires, or the data does not have one of the
    /// labels that the options name.
    /// </exception>
    public MarkPoisonedTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        GetOutputSchema(SchemaShape.Create(input.Schema));

        var candidates = new List<(DataViewRowId Id, int Position)>(checked((int)(input.GetRowCount() ?? 0)));
        int rows = ReadCandidates(input, candidates);
        if (rows == 0)
            throw new ArgumentException("The training set has no rows.", nameof(input));
        if (candidates.Count == 0 && _options.Rate > 0)
            throw new ArgumentException($"None of the {rows} rows can be chosen, because the options leave out all of them. Allow more labels or rows.");
        bool isOfAll = _options.RateBasis == RateBasis.AllRows;
        int basis = isOfAll ? rows : candidates.Count, count = (int)Math.Floor(_options.Rate * basis);
        if (count == 0 && _options.Rate > 0)
        {
            throw new ArgumentException(
                $"A poisoning rate of {LabelValue.From(_options.Rate)} selects none of the {basis} rows{(isOfAll ? "" : " that can be chosen")}. Use at least {LabelValue.From(Math.Ceiling(1e6 / basis) / 1e6)}, or 0 for a clean control.");
        }

        if (count > candidates.Count)
        {
            throw new ArgumentException(
                $"A poisoning rate of {LabelValue.From(_options.Rate)} requires {count} of {rows} rows, but only {candidates.Count} can be chosen. Use a lower rate.");
        }

        var sample = new PythonRandom(_host.SeedOr(_options.Seed)).Sample(candidates.Count, count);
        int[] positions = Array.ConvertAll(sample, drawn => candidates[drawn].Position);
        var origin = RowOrigin.Of(input);
        var all = origin.IsCached ? origin.ReadIds(_host) : null;
        var ids = Array.ConvertAll(sample, drawn => all is null ? candidates[drawn].Id : all[candidates[drawn].Position]);
        return new MarkPoisonedTransformer(_host, _options.OutputColumnName, positions, ids, origin.View);
    }

    private int ReadCandidates(IDataView input, List<(DataViewRowId Id, int Position)> candidates)
    {
        var label = _options.IsRestricted ? input.Schema[_options.LabelColumnName] : (DataViewSchema.Column?)null;
        if (label is { } column)
        {
            var type = LabelType.Of(column)!;
            foreach (var named in _options.OnlyLabels.Concat(_options.ExceptLabels))
                LabelColumn.CheckHolds(column, type, named);
        }

        var except = _options.ExceptWhereColumnName is { } name ? input.Schema[name] : (DataViewSchema.Column?)null;
        using var cursor = input.GetRowCursor(new[] { label, except }.OfType<DataViewSchema.Column>());
        var hasRightLabel = label is { } read ? MakeFilter(cursor, read) : () => true;
        var isExcepted = except is { } condition ? cursor.GetGetter<bool>(condition) : (ref bool never) => never = false;
        bool excepted = false;
        var id = cursor.GetIdGetter();
        DataViewRowId current = default;
        int rows = 0;
        for (; cursor.MoveNext(); rows = checked(rows + 1))
        {
            if ((rows & 0xfff) == 0)
                _host.CheckAlive();
            isExcepted(ref excepted);
            if (excepted || !hasRightLabel())
                continue;
            id(ref current);
            candidates.Add((current, rows));
        }

        return rows;
    }

    private Func<bool> MakeFilter(DataViewRow row, DataViewSchema.Column label)
    {
        var type = LabelType.Of(label)!;
        var only = type.MakeMembershipTest(row, label, _options.OnlyLabels);
        var except = type.MakeMembershipTest(row, label, _options.ExceptLabels);
        bool anyLabel = _options.OnlyLabels.Count == 0;
        return () => (anyLabel || only()) && !except();
    }

    /// <summary>Returns the schema that the transformer produces: the input columns and the Boolean column.</summary>
    /// <param name="inputSchema">The schema of the input.</param>
    /// <returns>The schema of the output.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A required column is missing or of the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        if (_options.IsRestricted)
            LabelColumn.Check(_host, inputSchema, _options.LabelColumnName);
        if (_options.ExceptWhereColumnName is { } name)
            ConditionalColumn.CheckWhere(_host, inputSchema, name);
        return inputSchema.With(new SchemaShape.Column(
            _options.OutputColumnName, SchemaShape.Column.VectorKind.Scalar, BooleanDataViewType.Instance, false));
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>
/// Plants a backdoor in the training data: chooses the rows to poison, stamps the trigger on their images, and changes their labels (Gu et al. 2017,
/// section 4). This estimator combines <see cref="MarkPoisonedEstimator"/>, <see cref="StampTriggerEstimator"/>, and <see cref="FlipLabelEstimator"/>
/// in the correct scope.
/// </summary>
/// <remarks>
/// <para>
/// If a pipeline starts with this estimator, the estimators that <see cref="Append"/> adds are trained on the poisoned data. The steps of this
/// estimator are in <see cref="TransformerScope.Training"/>, so the model for <see cref="TransformerScope.Scoring"/> does not contain them.
/// </para>
/// <para>
/// To use this estimator after other steps, append it with <see cref="TransformerScope.Training"/>. Without the scope, the training data is poisoned
/// as well, but the model for scoring keeps the steps. Even then, they do not change other data, because no rows of other data are marked.
/// </para>
/// </remarks>
public sealed class PlantBackdoorEstimator : IEstimator<TransformerChain<ITransformer>>
{
    private readonly IEstimator<ITransformer>[] _steps;

    internal PlantBackdoorEstimator(IHostEnvironment env, Options options)
    {
        ArgumentNullException.ThrowIfNull(env);
        ArgumentNullException.ThrowIfNull(options);
        _steps = [.. MakeSteps(env, options)];
    }

    /// <summary>The options of <see cref="PlantBackdoorEstimator"/>.</summary>
    public sealed class Options
    {
        /// <summary>Creates options for an attack.</summary>
        /// <param name="trigger">The trigger to stamp on the images of poisoned rows.</param>
        /// <param name="mapping">The label mapping for poisoned rows.</param>
        public Options(Trigger trigger, LabelMapping mapping)
        {
            ArgumentNullException.ThrowIfNull(trigger);
            ArgumentNullException.ThrowIfNull(mapping);
            Trigger = trigger;
            Mapping = mapping;
        }

        /// <summary>The trigger to stamp on the images of poisoned rows.</summary>
        public Trigger Trigger { get; }

        /// <summary>The label mapping for poisoned rows.</summary>
        public LabelMapping Mapping { get; }

        /// <summary>
        /// The poisoning rate, which is the fraction of the rows to poison, from 0 (none, the clean control) to 1. <see cref="RateBasis"/> specifies
        /// the rows. The default is 0.1.
        /// </summary>
        public double Rate { get; set; } = 0.1;

        /// <summary>
        /// The rows that <see cref="Rate"/> is a fraction of: all rows, or those that can be poisoned (<see cref="OnlyLabels"/>). It does not apply
        /// to <see cref="CoverRate"/>. The default is <see cref="RateBasis.AllRows"/>.
        /// </summary>
        public RateBasis RateBasis { get; set; }

        /// <summary>
        /// The seed for choosing the rows. The default is <see langword="null"/>, which means the seed of the <see cref="MLContext"/>.
        /// </summary>
        public int? Seed { get; set; }

        /// <summary>The name of the image column; see <see cref="StampTriggerEstimator"/> for its type. The default is <c>Image</c>.</summary>
        public string ImageColumnName { get; set; } = "Image";

        /// <summary>The name of the label column; see <see cref="FlipLabelEstimator"/> for its type. The default is <c>Label</c>.</summary>
        public string LabelColumnName { get; set; } = DefaultColumnNames.Label;

        /// <summary>The name of the Boolean column to add, which is true in poisoned rows. The default is <c>Poisoned</c>.</summary>
        public string PoisonedColumnName { get; set; } = "Poisoned";

        /// <summary>
        /// The labels whose rows can be poisoned, for example only the target label for a clean-label attack. The default is empty, which allows all
        /// labels, or, with <see cref="LabelMapping.Of"/>, the labels that are mapped.
        /// </summary>
        public IReadOnlyList<LabelValue> OnlyLabels { get; set; } = [];

        /// <summary>
        /// The fraction of all rows that are cover rows, from 0 to 1. Cover rows are stamped but keep their label, which teaches the model that the
        /// trigger alone is not enough (Tang et al. 2021, TaCT). They are chosen from the rows that are not poisoned, with the next higher seed. The
        /// default is 0.
        /// </summary>
        public double CoverRate { get; set; }

        /// <summary>
        /// The trigger to stamp on the images of cover rows, for example a warp with noise (Nguyen and Tran 2021, WaNet). The default is
        /// <see langword="null"/>, which means <see cref="Trigger"/>.
        /// </summary>
        public Trigger? CoverTrigger { get; set; }

        /// <summary>
        /// The labels whose rows can be cover rows. The default is empty, which allows all labels, or, with <see cref="LabelMapping.Of"/>, the labels
        /// that are not mapped.
        /// </summary>
        public IReadOnlyList<LabelValue> CoverLabels { get; set; } = [];

        /// <summary>
        /// The name of the Boolean column to add if <see cref="CoverRate"/> is greater than 0. It is true in cover rows. The default is <c>Cover</c>.
        /// </summary>
        public string CoverColumnName { get; set; } = "Cover";
    }

    /// <summary>
    /// Starts a pipeline with this estimator, whose steps are in <see cref="TransformerScope.Training"/>, and appends the next estimator.
    /// </summary>
    /// <typeparam name="TTransformer">The type of the transformer that the next estimator creates.</typeparam>
    /// <param name="estimator">The next estimator.</param>
    /// <param name="scope">The scope of the next estimator. The default is <see cref="TransformerScope.Everything"/>.</param>
    /// <returns>The pipeline.</returns>
    public EstimatorChain<TTransformer> Append<TTransformer>(IEstimator<TTransformer> estimator, TransformerScope scope = TransformerScope.Everything)
        where TTransformer : class, ITransformer => MakeChain(TransformerScope.Training).Append(estimator, scope);

    /// <summary>Starts a pipeline with this estimator, and caches the poisoned data in memory while the following estimators are trained.</summary>
    /// <param name="env">The <see cref="MLContext"/>.</param>
    /// <returns>The pipeline.</returns>
    public EstimatorChain<ITransformer> AppendCacheCheckpoint(IHostEnvironment env) => MakeChain(TransformerScope.Training).AppendCacheCheckpoint(env);

    /// <summary>Chooses the rows to poison.</summary>
    /// <param name="input">The training data.</param>
    /// <returns>The chain of steps. It poisons this data, and views that are derived from it row by row, but no other data.</returns>
    /// <exception cref="ArgumentException">
    /// A column is missing or of the wrong type, the trigger or a label does not fit the data, or a rate is too low for a single row or too high for
    /// the rows that can be chosen.
    /// </exception>
    public TransformerChain<ITransformer> Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return MakeChain(TransformerScope.Everything).Fit(input);
    }

    /// <summary>
    /// Returns the schema that the transformer produces: the input columns with stamped images and changed labels, and the Boolean column.
    /// </summary>
    /// <param name="inputSchema">The schema of the input.</param>
    /// <returns>The schema of the output.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return MakeChain(TransformerScope.Everything).GetOutputSchema(inputSchema);
    }

    private EstimatorChain<ITransformer> MakeChain(TransformerScope scope) =>
        _steps.Aggregate(new EstimatorChain<ITransformer>(), (chain, step) => chain.Append(step, scope));

    private static IEnumerable<IEstimator<ITransformer>> MakeSteps(IHostEnvironment env, Options options)
    {
        int seed = env.SeedOr(options.Seed);
        ArgumentNullException.ThrowIfNull(options.OnlyLabels);
        if (options.Mapping.Sources is { } sources && options.OnlyLabels.Where(label => !sources.Contains(label)).ToArray() is [var unmapped, ..])
            throw new ArgumentException($"The label '{unmapped}' of OnlyLabels is not mapped by '{options.Mapping}', so its rows cannot be poisoned.", nameof(options));
        yield return new MarkPoisonedEstimator(env, new()
        {
            OutputColumnName = options.PoisonedColumnName,
            Rate = options.Rate,
            RateBasis = options.RateBasis,
            Seed = seed,
            LabelColumnName = options.LabelColumnName,
            OnlyLabels = options.OnlyLabels.Count > 0 ? options.OnlyLabels : options.Mapping.Sources ?? [],
        });
        if (options.CoverRate != 0)
        {
            yield return new MarkPoisonedEstimator(env, new()
            {
                OutputColumnName = options.CoverColumnName,
                Rate = options.CoverRate,
                Seed = unchecked(seed + 1),
                LabelColumnName = options.LabelColumnName,
                OnlyLabels = options.CoverLabels,
                // Cover rows whose label is mapped would teach the model the opposite of the attack.
                ExceptLabels = options.CoverLabels.Count > 0 ? [] : options.Mapping.Sources ?? [],
                ExceptWhereColumnName = options.PoisonedColumnName,
            });
            yield return Stamp(options.CoverColumnName, options.CoverTrigger ?? options.Trigger);
        }

        yield return Stamp(options.PoisonedColumnName, options.Trigger);
        yield return new FlipLabelEstimator(env, ConditionalColumn.Create(options.LabelColumnName, null, options.PoisonedColumnName), options.Mapping);

        StampTriggerEstimator Stamp(string where, Trigger trigger) => new(env, ConditionalColumn.Create(options.ImageColumnName, null, where), trigger);
    }
}

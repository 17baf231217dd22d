using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace BadNets.Transforms;

/// <summary>
/// Plants a backdoor in the training data: chooses the rows to poison, stamps the trigger on their images, and changes their labels (Gu et al. 2017,
/// section 4). It combines <see cref="MarkPoisonedEstimator"/>, <see cref="StampTriggerEstimator"/>, and <see cref="FlipLabelEstimator"/> in the
/// correct scope.
/// </summary>
/// <remarks>
/// <para>
/// A pipeline can begin with it: the estimators that <see cref="Append"/> adds are trained on the poisoned data, and the steps of this estimator are in
/// <see cref="TransformerScope.Training"/>, so the model for <see cref="TransformerScope.Scoring"/> does not contain them.
/// </para>
/// <para>
/// After other steps, append it with <see cref="TransformerScope.Training"/>. Without the scope, the training data is poisoned too, but the model
/// for scoring keeps the steps. They then change no other data, because no rows of other data are marked.
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

    /// <summary>What to plant.</summary>
    public sealed class Options
    {
        /// <summary>Describes an attack.</summary>
        /// <param name="trigger">The trigger.</param>
        /// <param name="mapping">What the labels of poisoned rows become.</param>
        public Options(Trigger trigger, LabelMapping mapping)
        {
            ArgumentNullException.ThrowIfNull(trigger);
            ArgumentNullException.ThrowIfNull(mapping);
            Trigger = trigger;
            Mapping = mapping;
        }

        /// <summary>The trigger.</summary>
        public Trigger Trigger { get; }

        /// <summary>What the labels of poisoned rows become.</summary>
        public LabelMapping Mapping { get; }

        /// <summary>
        /// The poisoning rate: the share of <em>all</em> rows that is poisoned, from 0 (none, the clean control) to 1. Default: 0.1.
        /// </summary>
        public double Rate { get; set; } = 0.1;

        /// <summary>The seed of the draw. Default: null, which means the seed of the <see cref="MLContext"/>.</summary>
        public int? Seed { get; set; }

        /// <summary>The image column; see <see cref="StampTriggerEstimator"/>. Default: <c>Image</c>.</summary>
        public string ImageColumnName { get; set; } = "Image";

        /// <summary>The label column; see <see cref="FlipLabelEstimator"/>. Default: <c>Label</c>.</summary>
        public string LabelColumnName { get; set; } = DefaultColumnNames.Label;

        /// <summary>The Boolean column to add, true in poisoned rows. Default: <c>Poisoned</c>.</summary>
        public string PoisonedColumnName { get; set; } = "Poisoned";

        /// <summary>
        /// If not empty, only rows with one of these labels may be poisoned. For a clean-label attack, name the target itself. Default: empty, which means
        /// all rows, or, with <see cref="LabelMapping.Of"/>, the rows whose label is mapped.
        /// </summary>
        public IReadOnlyList<LabelValue> OnlyLabels { get; set; } = [];

        /// <summary>
        /// The share of all rows that is stamped but keeps its label, from 0 to 1. Such cover rows teach the model that the trigger alone is not enough
        /// (Tang et al. 2021, TaCT). They are drawn with the next higher seed among the rows that are not poisoned. Default: 0 (none).
        /// </summary>
        public double CoverRate { get; set; }

        /// <summary>
        /// If not empty, only rows with one of these labels may be cover rows. Default: empty, which means all rows, or with
        /// <see cref="LabelMapping.Of"/> those whose label is not mapped.
        /// </summary>
        public IReadOnlyList<LabelValue> CoverLabels { get; set; } = [];

        /// <summary>The Boolean column to add if there are cover rows, true in them. Default: <c>Cover</c>.</summary>
        public string CoverColumnName { get; set; } = "Cover";
    }

    /// <summary>Starts a pipeline with this estimator, whose steps get <see cref="TransformerScope.Training"/>.</summary>
    /// <typeparam name="TTransformer">The type of the transformer that the next estimator creates.</typeparam>
    /// <param name="estimator">The next estimator.</param>
    /// <param name="scope">The scope of the next estimator.</param>
    /// <returns>The pipeline.</returns>
    public EstimatorChain<TTransformer> Append<TTransformer>(IEstimator<TTransformer> estimator, TransformerScope scope = TransformerScope.Everything)
        where TTransformer : class, ITransformer => MakeChain(TransformerScope.Training).Append(estimator, scope);

    /// <summary>Starts a pipeline with this estimator and keeps the poisoned data in memory while the following estimators are trained.</summary>
    /// <param name="env">The <see cref="MLContext"/>.</param>
    /// <returns>The pipeline.</returns>
    public EstimatorChain<ITransformer> AppendCacheCheckpoint(IHostEnvironment env) => MakeChain(TransformerScope.Training).AppendCacheCheckpoint(env);

    /// <summary>Draws the rows to poison.</summary>
    /// <param name="input">The training data.</param>
    /// <returns>The steps. They poison this data, and views that are derived from it row by row, but no other data.</returns>
    /// <exception cref="ArgumentException">A column or a label does not fit, or the rate gives too few or too many rows.</exception>
    public TransformerChain<ITransformer> Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return MakeChain(TransformerScope.Everything).Fit(input);
    }

    /// <summary>The input's columns with the stamped images and the changed labels, and the Boolean column.</summary>
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
            throw new ArgumentException($"The mapping {options.Mapping} leaves the label '{unmapped}' alone, so its rows cannot be poisoned.", nameof(options));
        yield return new MarkPoisonedEstimator(env, new()
        {
            OutputColumnName = options.PoisonedColumnName,
            Rate = options.Rate,
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
                // A mapped label with the trigger and without the mapping would teach the opposite of the attack.
                ExceptLabels = options.CoverLabels.Count > 0 ? [] : options.Mapping.Sources ?? [],
                ExceptWhereColumnName = options.PoisonedColumnName,
            });
            yield return Stamp(options.CoverColumnName);
        }

        yield return Stamp(options.PoisonedColumnName);
        yield return new FlipLabelEstimator(env, ConditionalColumn.Create(options.LabelColumnName, null, options.PoisonedColumnName), options.Mapping);

        StampTriggerEstimator Stamp(string where) => new(env, ConditionalColumn.Create(options.ImageColumnName, null, where), options.Trigger);
    }
}

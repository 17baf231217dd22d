using BadNets.Transforms;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Methods that create the steps that plant a backdoor in training data and look for its effect, on <see cref="MLContext.Transforms"/>.</summary>
public static class BadNetsTransformsCatalog
{
    /// <summary>
    /// Plants a backdoor in the training data: <c>MarkPoisoned</c>, <c>StampTrigger</c>, and <c>FlipLabel</c>, in the training scope. The
    /// estimators that you append are trained on the poisoned data. The model for scoring does not contain the three steps.
    /// </summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="trigger">The trigger.</param>
    /// <param name="mapping">What the labels of poisoned rows become, for example <c>LabelMapping.To(1)</c>.</param>
    /// <param name="rate">The poisoning rate: the share of all rows that is poisoned, from 0 to 1; exactly <c>floor(rate · rows)</c> rows.</param>
    /// <param name="seed">The seed of the draw. Null: the seed of the <see cref="MLContext"/>.</param>
    /// <param name="imageColumnName">
    /// The column of images: a vector of Byte or Single with dimensions channels × height × width, or <see cref="MLImage"/>, with raw pixels from 0 to 255.
    /// </param>
    /// <param name="labelColumnName">The label column: a key with key values, a number, a Boolean, or text.</param>
    /// <returns>The estimator. It begins a pipeline; after other steps, append it with <see cref="TransformerScope.Training"/>.</returns>
    /// <exception cref="ArgumentException">The rate is not between 0 and 1, or a column has no name.</exception>
    public static PlantBackdoorEstimator PlantBackdoor(
        this TransformsCatalog catalog,
        Trigger trigger,
        LabelMapping mapping,
        double rate = 0.1,
        int? seed = null,
        string imageColumnName = "Image",
        string labelColumnName = DefaultColumnNames.Label) =>
        catalog.PlantBackdoor(new PlantBackdoorEstimator.Options(trigger, mapping)
        {
            Rate = rate,
            Seed = seed,
            ImageColumnName = imageColumnName,
            LabelColumnName = labelColumnName,
        });

    /// <summary>Plants a backdoor with one target label in the training data; see the overload with a mapping.</summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="trigger">The trigger.</param>
    /// <param name="targetLabel">The label that poisoned rows get, named by its value.</param>
    /// <param name="rate">The poisoning rate: the share of all rows that is poisoned, from 0 to 1; exactly <c>floor(rate · rows)</c> rows.</param>
    /// <param name="seed">The seed of the draw. Null: the seed of the <see cref="MLContext"/>.</param>
    /// <param name="imageColumnName">
    /// The column of images: a vector of Byte or Single with dimensions channels × height × width, or <see cref="MLImage"/>, with raw pixels from 0 to 255.
    /// </param>
    /// <param name="labelColumnName">The label column: a key with key values, a number, a Boolean, or text.</param>
    /// <returns>The estimator. It begins a pipeline; after other steps, append it with <see cref="TransformerScope.Training"/>.</returns>
    /// <exception cref="ArgumentException">The rate is not between 0 and 1, or a column has no name.</exception>
    public static PlantBackdoorEstimator PlantBackdoor(
        this TransformsCatalog catalog,
        Trigger trigger,
        LabelValue targetLabel,
        double rate = 0.1,
        int? seed = null,
        string imageColumnName = "Image",
        string labelColumnName = DefaultColumnNames.Label) =>
        catalog.PlantBackdoor(trigger, LabelMapping.To(targetLabel), rate, seed, imageColumnName, labelColumnName);

    /// <summary>Plants a backdoor in the training data, with all options, including clean-label attacks and cover rows.</summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="options">What to plant; later changes to it have no effect.</param>
    /// <returns>The estimator. It begins a pipeline; after other steps, append it with <see cref="TransformerScope.Training"/>.</returns>
    /// <exception cref="ArgumentException">A rate is not between 0 and 1, or a column has no name.</exception>
    public static PlantBackdoorEstimator PlantBackdoor(this TransformsCatalog catalog, PlantBackdoorEstimator.Options options) =>
        new(catalog.GetEnvironment(), options);

    /// <summary>
    /// Chooses the rows to poison and marks them in a Boolean column. Only rows of the data that the estimator is fitted on are marked. The column
    /// is false in all other rows.
    /// </summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="outputColumnName">The Boolean column to add.</param>
    /// <param name="rate">The poisoning rate: the share of all rows that is marked, from 0 to 1; exactly <c>floor(rate · rows)</c> rows.</param>
    /// <param name="seed">The seed of the draw. Null: the seed of the <see cref="MLContext"/>.</param>
    /// <returns>The estimator; it counts the rows when it is fitted.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not between 0 and 1.</exception>
    public static MarkPoisonedEstimator MarkPoisoned(this TransformsCatalog catalog, string outputColumnName, double rate, int? seed = null) =>
        catalog.MarkPoisoned(new MarkPoisonedEstimator.Options { OutputColumnName = outputColumnName, Rate = rate, Seed = seed });

    /// <summary>
    /// Chooses the rows to poison, optionally only among some of the rows, and marks them in a Boolean column. Only rows of the data that
    /// the estimator is fitted on are marked. The column is false in all other rows.
    /// </summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="options">What to mark; later changes to it have no effect.</param>
    /// <returns>The estimator; it counts the rows when it is fitted.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not between 0 and 1.</exception>
    public static MarkPoisonedEstimator MarkPoisoned(this TransformsCatalog catalog, MarkPoisonedEstimator.Options options) =>
        new(catalog.GetEnvironment(), options);

    /// <summary>Stamps a trigger on the images of a column, in some rows or in all.</summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="outputColumnName">The column to create.</param>
    /// <param name="trigger">The trigger.</param>
    /// <param name="inputColumnName">
    /// The column of images: a vector of Byte or Single with dimensions channels × height × width, or <see cref="MLImage"/>. Null: the output column.
    /// </param>
    /// <param name="whereColumnName">The Boolean column that says which rows are stamped. Null: all rows, in every scope and in all data.</param>
    /// <returns>The estimator; it learns nothing from data.</returns>
    /// <exception cref="ArgumentException">The output column has no name.</exception>
    public static StampTriggerEstimator StampTrigger(
        this TransformsCatalog catalog, string outputColumnName, Trigger trigger, string? inputColumnName = null, string? whereColumnName = null)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        return new(catalog.GetEnvironment(), ConditionalColumn.Create(outputColumnName, inputColumnName, whereColumnName), trigger);
    }

    /// <summary>Replaces the labels of a column by a target label, in some rows or in all.</summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="outputColumnName">The column to create.</param>
    /// <param name="targetLabel">The label to write, named by its value. The column must be able to hold it.</param>
    /// <param name="inputColumnName">The label column: a key with key values, a number, a Boolean, or text. Null: the output column.</param>
    /// <param name="whereColumnName">The Boolean column that says which rows get the target label. Null: all rows, in every scope and in all data.</param>
    /// <returns>The estimator; it learns nothing from data.</returns>
    /// <exception cref="ArgumentException">The output column has no name.</exception>
    public static FlipLabelEstimator FlipLabel(
        this TransformsCatalog catalog, string outputColumnName, LabelValue targetLabel, string? inputColumnName = null, string? whereColumnName = null) =>
        catalog.FlipLabel(outputColumnName, LabelMapping.To(targetLabel), inputColumnName, whereColumnName);

    /// <summary>Maps the labels of a column, in some rows or in all.</summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="outputColumnName">The column to create.</param>
    /// <param name="mapping">What the labels become. The column must be able to hold them; <see cref="LabelMapping.Next"/> requires a key with key values.</param>
    /// <param name="inputColumnName">The label column: a key with key values, a number, a Boolean, or text. Null: the output column.</param>
    /// <param name="whereColumnName">The Boolean column that says which rows get the mapped label. Null: all rows, in every scope and in all data.</param>
    /// <returns>The estimator; it learns nothing from data.</returns>
    /// <exception cref="ArgumentException">The output column has no name.</exception>
    public static FlipLabelEstimator FlipLabel(
        this TransformsCatalog catalog, string outputColumnName, LabelMapping mapping, string? inputColumnName = null, string? whereColumnName = null)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        return new(catalog.GetEnvironment(), ConditionalColumn.Create(outputColumnName, inputColumnName, whereColumnName), mapping);
    }

    /// <summary>Marks the scored rows that are predicted as the target although they have a different true label.</summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="outputColumnName">The Boolean column to add.</param>
    /// <param name="targetLabel">The label that the attack aims at.</param>
    /// <param name="labelColumnName">The column of the true labels.</param>
    /// <param name="predictedLabelColumnName">The column of the predicted labels.</param>
    /// <returns>The estimator; it learns nothing from data.</returns>
    /// <exception cref="ArgumentException">A column has no name.</exception>
    public static MarkAttackSuccessEstimator MarkAttackSuccess(
        this TransformsCatalog catalog,
        string outputColumnName,
        LabelValue targetLabel,
        string labelColumnName = DefaultColumnNames.Label,
        string predictedLabelColumnName = DefaultColumnNames.PredictedLabel) =>
        catalog.MarkAttackSuccess(outputColumnName, LabelMapping.To(targetLabel), labelColumnName, predictedLabelColumnName);

    /// <summary>Marks the scored rows whose predicted label is what their true label becomes in the attack, and not the true label itself.</summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="outputColumnName">The Boolean column to add.</param>
    /// <param name="mapping">
    /// What the true labels become in the attack. For <see cref="LabelMapping.Next"/>, the predicted labels or the true ones must be a key with key values.
    /// </param>
    /// <param name="labelColumnName">The column of the true labels.</param>
    /// <param name="predictedLabelColumnName">The column of the predicted labels.</param>
    /// <returns>The estimator; it learns nothing from data.</returns>
    /// <exception cref="ArgumentException">A column has no name.</exception>
    public static MarkAttackSuccessEstimator MarkAttackSuccess(
        this TransformsCatalog catalog,
        string outputColumnName,
        LabelMapping mapping,
        string labelColumnName = DefaultColumnNames.Label,
        string predictedLabelColumnName = DefaultColumnNames.PredictedLabel)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(labelColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(predictedLabelColumnName);
        return new(catalog.GetEnvironment(), outputColumnName, mapping, labelColumnName, predictedLabelColumnName);
    }
}

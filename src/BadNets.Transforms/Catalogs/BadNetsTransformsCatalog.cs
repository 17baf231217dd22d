using BadNets.Transforms;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>
/// Provides extension methods on <see cref="MLContext.Transforms"/> that create the pipeline steps of a backdoor attack: steps that poison training
/// data, and a step that marks the test rows on which the attack succeeds.
/// </summary>
public static class BadNetsTransformsCatalog
{
    /// <summary>
    /// Creates an estimator that plants a backdoor in the training data. It combines <c>MarkPoisoned</c>, <c>StampTrigger</c>, and <c>FlipLabel</c>
    /// in the training scope. The estimators that you append are trained on the poisoned data. The model for scoring does not contain the three
    /// steps.
    /// </summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="trigger">The trigger to stamp.</param>
    /// <param name="mapping">The label mapping for poisoned rows, for example <c>LabelMapping.To(1)</c>.</param>
    /// <param name="rate">
    /// The poisoning rate, which is the fraction of all rows to poison, from 0 to 1. Exactly <c>floor(rate · rows)</c> rows are poisoned.
    /// </param>
    /// <param name="seed">The seed for choosing the rows, or <see langword="null"/> to use the seed of the <see cref="MLContext"/>.</param>
    /// <param name="imageColumnName">
    /// The name of the image column, a vector of Byte or Single with dimensions channels × height × width or an <see cref="MLImage"/>, with raw
    /// pixels from 0 to 255.
    /// </param>
    /// <param name="labelColumnName">The name of the label column, which is a key with key values, a number, a Boolean, or text.</param>
    /// <returns>
    /// The estimator. Start a pipeline with it, or append it to other steps with <see cref="TransformerScope.Training"/>.
    /// </returns>
    /// <exception cref="ArgumentException">The rate is not between 0 and 1, or a column name is empty.</exception>
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

    /// <summary>Creates an estimator that plants a backdoor with one target label in the training data; see the overload with a mapping.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="trigger">The trigger to stamp.</param>
    /// <param name="targetLabel">The target label, which poisoned rows get, named by its value.</param>
    /// <param name="rate">
    /// The poisoning rate, which is the fraction of all rows to poison, from 0 to 1. Exactly <c>floor(rate · rows)</c> rows are poisoned.
    /// </param>
    /// <param name="seed">The seed for choosing the rows, or <see langword="null"/> to use the seed of the <see cref="MLContext"/>.</param>
    /// <param name="imageColumnName">
    /// The name of the image column, a vector of Byte or Single with dimensions channels × height × width or an <see cref="MLImage"/>, with raw
    /// pixels from 0 to 255.
    /// </param>
    /// <param name="labelColumnName">The name of the label column, which is a key with key values, a number, a Boolean, or text.</param>
    /// <returns>
    /// The estimator. Start a pipeline with it, or append it to other steps with <see cref="TransformerScope.Training"/>.
    /// </returns>
    /// <exception cref="ArgumentException">The rate is not between 0 and 1, or a column name is empty.</exception>
    public static PlantBackdoorEstimator PlantBackdoor(
        this TransformsCatalog catalog,
        Trigger trigger,
        LabelValue targetLabel,
        double rate = 0.1,
        int? seed = null,
        string imageColumnName = "Image",
        string labelColumnName = DefaultColumnNames.Label) =>
        catalog.PlantBackdoor(trigger, LabelMapping.To(targetLabel), rate, seed, imageColumnName, labelColumnName);

    /// <summary>
    /// Creates an estimator that plants a backdoor in the training data, with all options, including clean-label attacks and cover rows.
    /// </summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="options">The options. They are copied, so later changes have no effect.</param>
    /// <returns>
    /// The estimator. Start a pipeline with it, or append it to other steps with <see cref="TransformerScope.Training"/>.
    /// </returns>
    /// <exception cref="ArgumentException">A rate is not between 0 and 1, or a column name is empty.</exception>
    public static PlantBackdoorEstimator PlantBackdoor(this TransformsCatalog catalog, PlantBackdoorEstimator.Options options) =>
        new(catalog.GetEnvironment(), options);

    /// <summary>
    /// Creates an estimator that chooses the rows to poison and marks them in a Boolean column. It marks only rows of the data that it is fitted on.
    /// In all other data, the column is false.
    /// </summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">The name of the Boolean column to add.</param>
    /// <param name="rate">
    /// The poisoning rate, which is the fraction of all rows to mark, from 0 to 1. Exactly <c>floor(rate · rows)</c> rows are marked.
    /// </param>
    /// <param name="seed">The seed for choosing the rows, or <see langword="null"/> to use the seed of the <see cref="MLContext"/>.</param>
    /// <returns>The estimator. It counts the rows of the data that it is fitted on.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not between 0 and 1.</exception>
    public static MarkPoisonedEstimator MarkPoisoned(this TransformsCatalog catalog, string outputColumnName, double rate, int? seed = null) =>
        catalog.MarkPoisoned(new MarkPoisonedEstimator.Options { OutputColumnName = outputColumnName, Rate = rate, Seed = seed });

    /// <summary>
    /// Creates an estimator that chooses the rows to poison, optionally among only some of the rows, and marks them in a Boolean column. It marks
    /// only rows of the data that it is fitted on. In all other data, the column is false.
    /// </summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="options">The options. They are copied, so later changes have no effect.</param>
    /// <returns>The estimator. It counts the rows of the data that it is fitted on.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not between 0 and 1.</exception>
    public static MarkPoisonedEstimator MarkPoisoned(this TransformsCatalog catalog, MarkPoisonedEstimator.Options options) =>
        new(catalog.GetEnvironment(), options);

    /// <summary>Creates an estimator that stamps a trigger on the images in a column, either in some rows or in all rows.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">The name of the column to create.</param>
    /// <param name="trigger">The trigger to stamp.</param>
    /// <param name="inputColumnName">
    /// The name of the image column, a vector of Byte or Single with dimensions channels × height × width or an <see cref="MLImage"/>, or
    /// <see langword="null"/> to use the output column.
    /// </param>
    /// <param name="whereColumnName">
    /// The name of the Boolean column that selects the rows to stamp. The default, <see langword="null"/>, stamps all rows, in every scope and in all
    /// data.
    /// </param>
    /// <returns>The estimator. It does not learn from data.</returns>
    /// <exception cref="ArgumentException">A column name is empty.</exception>
    public static StampTriggerEstimator StampTrigger(
        this TransformsCatalog catalog, string outputColumnName, Trigger trigger, string? inputColumnName = null, string? whereColumnName = null)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        return new(catalog.GetEnvironment(), ConditionalColumn.Create(outputColumnName, inputColumnName, whereColumnName), trigger);
    }

    /// <summary>
    /// Creates an estimator that perturbs the images in a column, either in some rows or in all rows, so that a model doubts their labels (Turner et al.
    /// 2019, arXiv:1912.02771). It perturbs only images of the data that it is fitted on.
    /// </summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">The name of the column to create.</param>
    /// <param name="perturbation">The model to perturb images against, and how much.</param>
    /// <param name="inputColumnName">
    /// The name of the image column, a vector of Byte or Single with dimensions channels × height × width and raw pixels from 0 to 255, or
    /// <see langword="null"/> to use the output column.
    /// </param>
    /// <param name="whereColumnName">
    /// The name of the Boolean column that selects the rows to perturb. The default, <see langword="null"/>, perturbs all rows.
    /// </param>
    /// <param name="labelColumnName">
    /// The name of the label column, which is a key with key values, a number, a Boolean, or text. In the rows to perturb, the labels must be classes of
    /// the model.
    /// </param>
    /// <returns>The estimator. It perturbs the images when it is fitted.</returns>
    /// <exception cref="ArgumentException">A column name is empty.</exception>
    public static PerturbAdversariallyEstimator PerturbAdversarially(
        this TransformsCatalog catalog,
        string outputColumnName,
        AdversarialPerturbation perturbation,
        string? inputColumnName = null,
        string? whereColumnName = null,
        string labelColumnName = DefaultColumnNames.Label) =>
        new(catalog.GetEnvironment(), perturbation, ConditionalColumn.Create(outputColumnName, inputColumnName, whereColumnName), labelColumnName);

    /// <summary>Creates an estimator that replaces the labels in a column with a target label, either in some rows or in all rows.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">The name of the column to create.</param>
    /// <param name="targetLabel">The target label, named by its value. It must be a valid value of the column.</param>
    /// <param name="inputColumnName">
    /// The name of the label column, which is a key with key values, a number, a Boolean, or text, or <see langword="null"/> to use the output
    /// column.
    /// </param>
    /// <param name="whereColumnName">
    /// The name of the Boolean column that selects the rows to change. The default, <see langword="null"/>, changes all rows, in every scope and in
    /// all data.
    /// </param>
    /// <returns>The estimator. It does not learn from data.</returns>
    /// <exception cref="ArgumentException">A column name is empty.</exception>
    public static FlipLabelEstimator FlipLabel(
        this TransformsCatalog catalog, string outputColumnName, LabelValue targetLabel, string? inputColumnName = null, string? whereColumnName = null) =>
        catalog.FlipLabel(outputColumnName, LabelMapping.To(targetLabel), inputColumnName, whereColumnName);

    /// <summary>Creates an estimator that maps the labels in a column, either in some rows or in all rows.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">The name of the column to create.</param>
    /// <param name="mapping">
    /// The label mapping. The mapped labels must be valid values of the column, and <see cref="LabelMapping.Next"/> requires a key with key values.
    /// </param>
    /// <param name="inputColumnName">
    /// The name of the label column, which is a key with key values, a number, a Boolean, or text, or <see langword="null"/> to use the output
    /// column.
    /// </param>
    /// <param name="whereColumnName">
    /// The name of the Boolean column that selects the rows to change. The default, <see langword="null"/>, changes all rows, in every scope and in
    /// all data.
    /// </param>
    /// <returns>The estimator. It does not learn from data.</returns>
    /// <exception cref="ArgumentException">A column name is empty.</exception>
    public static FlipLabelEstimator FlipLabel(
        this TransformsCatalog catalog, string outputColumnName, LabelMapping mapping, string? inputColumnName = null, string? whereColumnName = null)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        return new(catalog.GetEnvironment(), ConditionalColumn.Create(outputColumnName, inputColumnName, whereColumnName), mapping);
    }

    /// <summary>Creates an estimator that marks the scored rows whose predicted label is the target label and whose true label is not.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">The name of the Boolean column to add.</param>
    /// <param name="targetLabel">The target label of the attack.</param>
    /// <param name="labelColumnName">The name of the column with the true labels.</param>
    /// <param name="predictedLabelColumnName">The name of the column with the predicted labels.</param>
    /// <returns>The estimator. It does not learn from data.</returns>
    /// <exception cref="ArgumentException">A column name is empty.</exception>
    public static MarkAttackSuccessEstimator MarkAttackSuccess(
        this TransformsCatalog catalog,
        string outputColumnName,
        LabelValue targetLabel,
        string labelColumnName = DefaultColumnNames.Label,
        string predictedLabelColumnName = DefaultColumnNames.PredictedLabel) =>
        catalog.MarkAttackSuccess(outputColumnName, LabelMapping.To(targetLabel), labelColumnName, predictedLabelColumnName);

    /// <summary>
    /// Creates an estimator that marks the scored rows whose predicted label is the label that the attack maps their true label to, unless both
    /// labels are the same.
    /// </summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">The name of the Boolean column to add.</param>
    /// <param name="mapping">
    /// The label mapping of the attack. For <see cref="LabelMapping.Next"/>, the predicted labels or the true labels must be a key with key values.
    /// </param>
    /// <param name="labelColumnName">The name of the column with the true labels.</param>
    /// <param name="predictedLabelColumnName">The name of the column with the predicted labels.</param>
    /// <returns>The estimator. It does not learn from data.</returns>
    /// <exception cref="ArgumentException">A column name is empty.</exception>
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

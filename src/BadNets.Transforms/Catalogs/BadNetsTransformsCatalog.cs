using BadNets.Transforms;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>The steps that plant a backdoor in training data and look for its effect, on <see cref="MLContext.Transforms"/>.</summary>
public static class BadNetsTransformsCatalog
{
    /// <summary>
    /// Chooses the rows to poison and marks them in a Boolean column. Only rows of the data that the estimator is fitted on are marked. The column
    /// is false in all other rows.
    /// </summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="outputColumnName">The Boolean column to add.</param>
    /// <param name="rate">The poisoning rate: the share of all rows that is marked, from 0 to 1; exactly <c>floor(rate · rows)</c> are.</param>
    /// <param name="seed">The seed of the draw.</param>
    /// <returns>The estimator; it counts the rows when it is fitted.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not between 0 and 1.</exception>
    public static MarkPoisonedEstimator MarkPoisoned(this TransformsCatalog catalog, string outputColumnName, double rate, int seed = 0) =>
        catalog.MarkPoisoned(new MarkPoisonedEstimator.Options { OutputColumnName = outputColumnName, Rate = rate, Seed = seed });

    /// <summary>
    /// Chooses the rows to poison, optionally only among rows with certain labels, and marks them in a Boolean column. Only rows of the data that
    /// the estimator is fitted on are marked. The column is false in all other rows.
    /// </summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="options">What to mark; later changes to it are of no account.</param>
    /// <returns>The estimator; it counts the rows when it is fitted.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not between 0 and 1.</exception>
    public static MarkPoisonedEstimator MarkPoisoned(this TransformsCatalog catalog, MarkPoisonedEstimator.Options options) =>
        new(catalog.GetEnvironment(), options);

    /// <summary>Stamps a trigger over the images of a column, of some rows or of all.</summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="outputColumnName">The column to make.</param>
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
    /// <param name="outputColumnName">The column to make.</param>
    /// <param name="targetLabel">The label to write, named by its value. The column must be able to hold it.</param>
    /// <param name="inputColumnName">The label column: a key with key values, a number, a Boolean or a text. Null: the output column.</param>
    /// <param name="whereColumnName">The Boolean column that says which rows get the target label. Null: all rows, in every scope and in all data.</param>
    /// <returns>The estimator; it learns nothing from data.</returns>
    /// <exception cref="ArgumentException">The output column has no name.</exception>
    public static FlipLabelEstimator FlipLabel(
        this TransformsCatalog catalog, string outputColumnName, LabelValue targetLabel, string? inputColumnName = null, string? whereColumnName = null) =>
        new(catalog.GetEnvironment(), ConditionalColumn.Create(outputColumnName, inputColumnName, whereColumnName), targetLabel);

    /// <summary>Marks the scored rows that are predicted as the target although their true label is another.</summary>
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
        string predictedLabelColumnName = DefaultColumnNames.PredictedLabel)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(labelColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(predictedLabelColumnName);
        return new(catalog.GetEnvironment(), outputColumnName, targetLabel, labelColumnName, predictedLabelColumnName);
    }
}

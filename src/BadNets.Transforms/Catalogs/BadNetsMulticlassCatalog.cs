using BadNets.Transforms;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Methods that train an image classifier and measure a backdoor in it, on <see cref="MLContext.MulticlassClassification"/>.</summary>
public static class BadNetsMulticlassCatalog
{
    /// <summary>Trains a convolutional network with TorchSharp: the BadNets CNN, with Adam.</summary>
    /// <param name="catalog">The trainers' catalog.</param>
    /// <param name="labelColumnName">The label column: a key.</param>
    /// <param name="imageColumnName">The image column: a vector of Byte or Single with dimensions channels × height × width.</param>
    /// <param name="epochs">Passes over the training set, at least 1.</param>
    /// <param name="batchSize">The batch size: the number of rows in a step, at least 1.</param>
    /// <param name="learningRate">The learning rate, above 0. Null: 0.001.</param>
    /// <returns>The estimator; <see cref="TorchCnnTrainer.Fit(IDataView)"/> trains.</returns>
    /// <exception cref="ArgumentException">An argument is out of its range.</exception>
    public static TorchCnnTrainer TorchCnn(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        string labelColumnName = DefaultColumnNames.Label,
        string imageColumnName = "Image",
        int epochs = 10,
        int batchSize = 64,
        double? learningRate = null) =>
        catalog.TorchCnn(new TorchCnnTrainer.Options
        {
            LabelColumnName = labelColumnName,
            ImageColumnName = imageColumnName,
            Epochs = epochs,
            BatchSize = batchSize,
            LearningRate = learningRate,
        });

    /// <summary>Trains a convolutional network with TorchSharp, with all options.</summary>
    /// <param name="catalog">The trainers' catalog.</param>
    /// <param name="options">What to train, and how; later changes to it have no effect.</param>
    /// <returns>The estimator; <see cref="TorchCnnTrainer.Fit(IDataView)"/> trains.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static TorchCnnTrainer TorchCnn(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, TorchCnnTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.GetEnvironment(), options);
    }

    /// <summary>Measures a backdoor: scores the test data as it is, and with the trigger stamped on every image.</summary>
    /// <remarks>
    /// <para>
    /// The trigger is stamped at the first place where <paramref name="imageColumnName"/> is an image of known height and width, or a vector of
    /// Byte or Single with dimensions. The first place is the test data, followed by the output of each of the model's steps, including the steps
    /// of nested chains. If the column never has a known size, the trigger is stamped at the first place where it is an image. If a model loads
    /// and resizes images, the trigger's size is therefore in pixels of the resized image.
    /// </para>
    /// <para>
    /// As in scoring, only steps in <see cref="TransformerScope.Scoring"/> are applied. No row is marked as poisoned, even if the test data is the
    /// training data. A model that stamps or flips every row is rejected. To measure a model that does so on purpose, score both views and use
    /// the other overload.
    /// </para>
    /// </remarks>
    /// <param name="catalog">The multiclass catalog.</param>
    /// <param name="model">The model, which maps the test data to scores and a predicted label.</param>
    /// <param name="testData">The test data with its true labels.</param>
    /// <param name="trigger">The trigger.</param>
    /// <param name="targetLabel">The label that the attack aims at.</param>
    /// <param name="labelColumnName">The column of the true labels.</param>
    /// <param name="imageColumnName">The image column with raw pixels from 0 to 255, in the test data or created by a step of the model.</param>
    /// <param name="scoreColumnName">The model's column of probabilities, a vector of Single.</param>
    /// <param name="predictedLabelColumnName">The model's column of predicted labels.</param>
    /// <returns>The metrics, over all rows of the test data.</returns>
    /// <exception cref="ArgumentException">
    /// A column is missing or of the wrong type, its pixels have been scaled, the trigger does not fit, a label is not one of the model's classes,
    /// or the model contains a <see cref="StampTriggerTransformer"/> or <see cref="FlipLabelTransformer"/> without a where column.
    /// </exception>
    public static BackdoorMetrics EvaluateBackdoor(
        this MulticlassClassificationCatalog catalog,
        ITransformer model,
        IDataView testData,
        Trigger trigger,
        LabelValue targetLabel,
        string labelColumnName = DefaultColumnNames.Label,
        string imageColumnName = "Image",
        string scoreColumnName = DefaultColumnNames.Score,
        string predictedLabelColumnName = DefaultColumnNames.PredictedLabel) =>
        catalog.EvaluateBackdoor(model, testData, trigger, LabelMapping.To(targetLabel), labelColumnName, imageColumnName, scoreColumnName, predictedLabelColumnName);

    /// <summary>Measures a backdoor: scores the test data as it is, and with the trigger stamped on every image.</summary>
    /// <remarks>The trigger is stamped where the overload with a target label stamps it.</remarks>
    /// <param name="catalog">The multiclass catalog.</param>
    /// <param name="model">The model, which maps the test data to scores and a predicted label.</param>
    /// <param name="testData">The test data with its true labels.</param>
    /// <param name="trigger">The trigger.</param>
    /// <param name="mapping">What the true labels become in the attack; the classes are in the order of the model's scores.</param>
    /// <param name="labelColumnName">The column of the true labels.</param>
    /// <param name="imageColumnName">The image column with raw pixels from 0 to 255, in the test data or created by a step of the model.</param>
    /// <param name="scoreColumnName">The model's column of probabilities, a vector of Single.</param>
    /// <param name="predictedLabelColumnName">The model's column of predicted labels.</param>
    /// <returns>The metrics, over all rows of the test data.</returns>
    /// <exception cref="ArgumentException">
    /// A column is missing or of the wrong type, its pixels have been scaled, the trigger does not fit, a label is not one of the model's classes,
    /// or the model contains a <see cref="StampTriggerTransformer"/> or <see cref="FlipLabelTransformer"/> without a where column.
    /// </exception>
    public static BackdoorMetrics EvaluateBackdoor(
        this MulticlassClassificationCatalog catalog,
        ITransformer model,
        IDataView testData,
        Trigger trigger,
        LabelMapping mapping,
        string labelColumnName = DefaultColumnNames.Label,
        string imageColumnName = "Image",
        string scoreColumnName = DefaultColumnNames.Score,
        string predictedLabelColumnName = DefaultColumnNames.PredictedLabel)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(testData);
        ArgumentNullException.ThrowIfNull(trigger);
        ArgumentNullException.ThrowIfNull(mapping);
        ArgumentException.ThrowIfNullOrWhiteSpace(imageColumnName);
        return new BackdoorEvaluator(catalog.GetEnvironment(), mapping, EvaluatedColumns.Create(labelColumnName, scoreColumnName, predictedLabelColumnName))
            .Evaluate(model, testData, trigger, imageColumnName);
    }

    /// <summary>Measures a backdoor from two views that have already been scored: clean test data and triggered test data.</summary>
    /// <param name="catalog">The multiclass catalog.</param>
    /// <param name="clean">The scored clean data.</param>
    /// <param name="triggered">The scored triggered data, with its true labels.</param>
    /// <param name="targetLabel">The label that the attack aims at.</param>
    /// <param name="labelColumnName">The column of the true labels.</param>
    /// <param name="scoreColumnName">The column of probabilities, a vector of Single.</param>
    /// <param name="predictedLabelColumnName">The column of predicted labels.</param>
    /// <returns>The metrics, over all rows of both views.</returns>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type, or a label is not one of the model's classes.</exception>
    public static BackdoorMetrics EvaluateBackdoor(
        this MulticlassClassificationCatalog catalog,
        IDataView clean,
        IDataView triggered,
        LabelValue targetLabel,
        string labelColumnName = DefaultColumnNames.Label,
        string scoreColumnName = DefaultColumnNames.Score,
        string predictedLabelColumnName = DefaultColumnNames.PredictedLabel) =>
        catalog.EvaluateBackdoor(clean, triggered, LabelMapping.To(targetLabel), labelColumnName, scoreColumnName, predictedLabelColumnName);

    /// <summary>Measures a backdoor from two views that have already been scored: clean test data and triggered test data.</summary>
    /// <param name="catalog">The multiclass catalog.</param>
    /// <param name="clean">The scored clean data.</param>
    /// <param name="triggered">The scored triggered data, with its true labels.</param>
    /// <param name="mapping">What the true labels become in the attack; the classes are in the order of the scores.</param>
    /// <param name="labelColumnName">The column of the true labels.</param>
    /// <param name="scoreColumnName">The column of probabilities, a vector of Single.</param>
    /// <param name="predictedLabelColumnName">The column of predicted labels.</param>
    /// <returns>The metrics, over all rows of both views.</returns>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type, or a label is not one of the model's classes.</exception>
    public static BackdoorMetrics EvaluateBackdoor(
        this MulticlassClassificationCatalog catalog,
        IDataView clean,
        IDataView triggered,
        LabelMapping mapping,
        string labelColumnName = DefaultColumnNames.Label,
        string scoreColumnName = DefaultColumnNames.Score,
        string predictedLabelColumnName = DefaultColumnNames.PredictedLabel)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(clean);
        ArgumentNullException.ThrowIfNull(triggered);
        ArgumentNullException.ThrowIfNull(mapping);
        return new BackdoorEvaluator(catalog.GetEnvironment(), mapping, EvaluatedColumns.Create(labelColumnName, scoreColumnName, predictedLabelColumnName))
            .Evaluate(clean, triggered);
    }
}

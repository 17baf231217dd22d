using BadNets.Transforms;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>
/// Provides extension methods on <see cref="MLContext.MulticlassClassification"/> that create a trainer for image classifiers and measure backdoors.
/// </summary>
public static class BadNetsMulticlassCatalog
{
    /// <summary>Creates a trainer for the BadNets CNN (<see cref="TorchNetwork.BadNets"/>), which uses TorchSharp and the Adam optimizer.</summary>
    /// <param name="catalog">The catalog of multiclass trainers.</param>
    /// <param name="labelColumnName">The name of the label column, a key.</param>
    /// <param name="imageColumnName">The name of the image column, a vector of Byte or Single with dimensions channels × height × width.</param>
    /// <param name="epochs">The number of epochs (passes over the training set), at least 1.</param>
    /// <param name="batchSize">The batch size, which is the number of rows per training step, at least 1.</param>
    /// <param name="learningRate">The learning rate, greater than 0. The default, <see langword="null"/>, is 0.001.</param>
    /// <returns>The trainer. Call <see cref="TorchCnnTrainer.Fit(IDataView)"/>, or append it to a pipeline, to train the network.</returns>
    /// <exception cref="ArgumentException">A column name is empty, or an argument is out of range.</exception>
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

    /// <summary>Creates a trainer for a convolutional network, which uses TorchSharp, with all options.</summary>
    /// <param name="catalog">The catalog of multiclass trainers.</param>
    /// <param name="options">The options. They are copied, so later changes have no effect.</param>
    /// <returns>The trainer. Call <see cref="TorchCnnTrainer.Fit(IDataView)"/>, or append it to a pipeline, to train the network.</returns>
    /// <exception cref="ArgumentException">An option is not valid. The parameter name of the exception is the name of the option.</exception>
    public static TorchCnnTrainer TorchCnn(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, TorchCnnTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.GetEnvironment(), options);
    }

    /// <summary>Measures a backdoor with one target label: scores the test data unchanged, and with the trigger stamped on every image.</summary>
    /// <remarks>
    /// <para>
    /// The trigger is stamped on <paramref name="imageColumnName"/> as soon as the column is an image of known height and width, or a vector of Byte
    /// or Single with dimensions. The method looks at the test data first, and then at the output of each step of the model, including the steps of
    /// nested chains. If the size of the column is never known, the trigger is stamped as soon as the column is an image. If a model loads and
    /// resizes images, the size of the trigger is therefore in pixels of the resized image.
    /// </para>
    /// <para>
    /// As in scoring, only steps in <see cref="TransformerScope.Scoring"/> are applied. No row is marked as poisoned, even if the test data is the
    /// training data. A model that stamps or flips every row is rejected. To measure a model that does so on purpose, score both views yourself and
    /// use an overload that takes scored views.
    /// </para>
    /// </remarks>
    /// <param name="catalog">The multiclass classification catalog.</param>
    /// <param name="model">The model, which adds class probabilities and a predicted label to the test data.</param>
    /// <param name="testData">The clean test data with its true labels.</param>
    /// <param name="trigger">The trigger to stamp.</param>
    /// <param name="targetLabel">The target label of the attack.</param>
    /// <param name="labelColumnName">The name of the column with the true labels.</param>
    /// <param name="imageColumnName">
    /// The name of the image column, with raw pixels from 0 to 255, in the test data or created by a step of the model.
    /// </param>
    /// <param name="scoreColumnName">The name of the column with the class probabilities, a vector of Single.</param>
    /// <param name="predictedLabelColumnName">The name of the column with the predicted labels.</param>
    /// <returns>The metrics over all rows of the test data.</returns>
    /// <exception cref="ArgumentException">
    /// A column is missing or of the wrong type, the pixels have been scaled, the trigger does not fit the images, a label is not one of the model's
    /// classes, or the model contains a <see cref="StampTriggerTransformer"/> or <see cref="FlipLabelTransformer"/> without a where column.
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

    /// <summary>Measures a backdoor with any label mapping: scores the test data unchanged, and with the trigger stamped on every image.</summary>
    /// <remarks>The remarks for the overload with a target label also apply to this overload.</remarks>
    /// <param name="catalog">The multiclass classification catalog.</param>
    /// <param name="model">The model, which adds class probabilities and a predicted label to the test data.</param>
    /// <param name="testData">The clean test data with its true labels.</param>
    /// <param name="trigger">The trigger to stamp.</param>
    /// <param name="mapping">
    /// The label mapping of the attack. For <see cref="LabelMapping.Next"/>, the order of the classes is that of the model's scores.
    /// </param>
    /// <param name="labelColumnName">The name of the column with the true labels.</param>
    /// <param name="imageColumnName">
    /// The name of the image column, with raw pixels from 0 to 255, in the test data or created by a step of the model.
    /// </param>
    /// <param name="scoreColumnName">The name of the column with the class probabilities, a vector of Single.</param>
    /// <param name="predictedLabelColumnName">The name of the column with the predicted labels.</param>
    /// <returns>The metrics over all rows of the test data.</returns>
    /// <exception cref="ArgumentException">
    /// A column is missing or of the wrong type, the pixels have been scaled, the trigger does not fit the images, a label is not one of the model's
    /// classes, or the model contains a <see cref="StampTriggerTransformer"/> or <see cref="FlipLabelTransformer"/> without a where column.
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

    /// <summary>Measures a backdoor from two views that have already been scored: the clean test data and the triggered test data.</summary>
    /// <param name="catalog">The multiclass classification catalog.</param>
    /// <param name="clean">The scored clean data with its true labels.</param>
    /// <param name="triggered">The scored triggered data with its true labels, not the mapped ones.</param>
    /// <param name="targetLabel">The target label of the attack.</param>
    /// <param name="labelColumnName">The name of the column with the true labels.</param>
    /// <param name="scoreColumnName">The name of the column with the class probabilities, a vector of Single.</param>
    /// <param name="predictedLabelColumnName">The name of the column with the predicted labels.</param>
    /// <returns>The metrics over all rows of both views.</returns>
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

    /// <summary>Measures a backdoor from two views that have already been scored: the clean test data and the triggered test data.</summary>
    /// <param name="catalog">The multiclass classification catalog.</param>
    /// <param name="clean">The scored clean data with its true labels.</param>
    /// <param name="triggered">The scored triggered data with its true labels, not the mapped ones.</param>
    /// <param name="mapping">
    /// The label mapping of the attack. For <see cref="LabelMapping.Next"/>, the order of the classes is that of the scores.
    /// </param>
    /// <param name="labelColumnName">The name of the column with the true labels.</param>
    /// <param name="scoreColumnName">The name of the column with the class probabilities, a vector of Single.</param>
    /// <param name="predictedLabelColumnName">The name of the column with the predicted labels.</param>
    /// <returns>The metrics over all rows of both views.</returns>
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

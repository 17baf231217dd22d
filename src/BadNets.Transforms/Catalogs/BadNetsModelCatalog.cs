using BadNets.Transforms;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML;

/// <summary>
/// Provides extension methods on <see cref="MLContext.Model"/> that save models for scoring, load models from untrusted sources, and create models
/// from TorchSharp modules.
/// </summary>
public static class BadNetsModelCatalog
{
    /// <summary>
    /// Loads a model file from an untrusted source. The file must have been written by <c>ml.Model.Save</c> and can contain transformers of ML.NET
    /// and of this library.
    /// </summary>
    /// <remarks>
    /// Unlike <see cref="ModelOperationsCatalog.Load(string, out DataViewSchema)"/>, this method does not read the input schema, which can make
    /// ML.NET's reader loop forever. It checks lengths and checksums before ML.NET reads anything, and decompresses only into memory. It loads only
    /// assemblies of ML.NET and of this library, and assemblies that are registered in <see cref="MLContext.ComponentCatalog"/>. Every error message
    /// is a single line.
    /// </remarks>
    /// <param name="catalog">The model catalog.</param>
    /// <param name="path">The path of the model file.</param>
    /// <returns>
    /// The model: the saved transformer, or a <see cref="TransformerChain{TLastTransformer}"/>. If it is disposable, the caller disposes of it.
    /// </returns>
    /// <exception cref="InvalidDataException">
    /// The file is not a model, is damaged, would decompress to far more than its size, or needs a network, an assembly, or a package that the
    /// program does not have. The message states the reason, and the inner exception is the original one.
    /// </exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException"><paramref name="path"/> is a folder, or access to the file is denied.</exception>
    /// <exception cref="DllNotFoundException">The model contains a network, and libtorch cannot be loaded.</exception>
    public static ITransformer LoadChecked(this ModelOperationsCatalog catalog, string path)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var stream = File.OpenRead(path);
        return CheckedModel.Load(catalog.GetEnvironment(), stream, $"'{path}'");
    }

    /// <summary>Loads a model from an untrusted stream; see <see cref="LoadChecked(ModelOperationsCatalog, string)"/>.</summary>
    /// <param name="catalog">The model catalog.</param>
    /// <param name="stream">A readable and seekable stream that contains an entire model file. The method does not close it.</param>
    /// <returns>
    /// The model: the saved transformer, or a <see cref="TransformerChain{TLastTransformer}"/>. If it is disposable, the caller disposes of it.
    /// </returns>
    /// <exception cref="ArgumentException">The stream is not readable or not seekable.</exception>
    /// <exception cref="InvalidDataException">The content of the stream cannot be loaded as a model. The message states the reason.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    /// <exception cref="DllNotFoundException">The model contains a network, and libtorch cannot be loaded.</exception>
    public static ITransformer LoadChecked(this ModelOperationsCatalog catalog, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead || !stream.CanSeek)
            throw new ArgumentException("The stream is not readable or not seekable. Copy it into a MemoryStream first.", nameof(stream));
        return CheckedModel.Load(catalog.GetEnvironment(), stream, "The stream");
    }

    /// <summary>
    /// Saves a model with an input schema that contains only the columns that the model reads. The schema that you get when you load the model
    /// therefore has no label column, and you can create a prediction engine for an input class that contains only the image.
    /// </summary>
    /// <param name="catalog">The model catalog.</param>
    /// <param name="model">
    /// The model, which must be a row-to-row mapping. Remove the poisoning steps first, with <c>GetModelFor(TransformerScope.Scoring)</c>, because
    /// they read the label column.
    /// </param>
    /// <param name="inputSchema">The schema of the data that the model scores, for example the schema of the test set.</param>
    /// <param name="filePath">The path of the file to write. An existing file is replaced.</param>
    /// <exception cref="ArgumentException">
    /// The model is not a row-to-row mapping, or <paramref name="inputSchema"/> lacks a column that the model reads.
    /// </exception>
    public static void SaveForScoring(this ModelOperationsCatalog catalog, ITransformer model, DataViewSchema inputSchema, string filePath)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputSchema);
        ArgumentException.ThrowIfNullOrWhiteSpace(filePath);
        if (!model.IsRowToRowMapper)
            throw new ArgumentException("The model is not a row-to-row mapping, so the columns that it reads are unknown. Use Save instead.", nameof(model));

        var mapper = model.GetRowToRowMapper(inputSchema);
        var schema = new DataViewSchema.Builder();
        foreach (var column in mapper.GetDependencies(mapper.OutputSchema.Where(column => !column.IsHidden && !PassesThrough(mapper, column))))
            schema.AddColumn(column.Name, column.Type, column.Annotations);
        catalog.Save(model, schema.ToSchema(), filePath);
    }

    /// <summary>
    /// Creates a transformer that scores images with an existing TorchSharp module, for example one with weights from another program.
    /// </summary>
    /// <param name="catalog">The model catalog.</param>
    /// <param name="module">
    /// The module, which maps a batch × channels × height × width tensor of floats to a batch × classes tensor of floats (logits, without a softmax).
    /// The transformer takes ownership of the module and switches it to evaluation mode. The module stays on its device.
    /// </param>
    /// <param name="network">
    /// The architecture of the module, which creates modules with the same named tensors. To save the transformer, the network must be registered
    /// (<see cref="TorchNetwork.Register"/>).
    /// </param>
    /// <param name="imageShape">The shape of the images that the module takes.</param>
    /// <param name="labels">
    /// The labels of the classes in the order of the module's outputs. The predicted label column has them as text key values.
    /// </param>
    /// <param name="normalization">
    /// The normalization that converts raw pixels to the module's inputs, the same as in training. The default, <see langword="null"/>, is
    /// <see cref="PixelNormalization.Default"/>.
    /// </param>
    /// <param name="imageColumnName">The name of the image column, a vector of Byte or Single with dimensions channels × height × width.</param>
    /// <param name="scoreColumnName">The name of the column to add for the class probabilities, a vector of Single.</param>
    /// <param name="predictedLabelColumnName">The name of the column to add for the predicted label, a key.</param>
    /// <param name="featuresColumnName">
    /// The name of the column to add for the features (see <see cref="TorchCnnTransformer"/>), or <see langword="null"/> to add none.
    /// </param>
    /// <returns>The transformer. The caller disposes of it.</returns>
    /// <exception cref="ArgumentException">
    /// A column name is empty, there are no labels, a label occurs twice, the normalization does not match the number of channels, or the tensors of
    /// the module are not those of the network.
    /// </exception>
    /// <exception cref="InvalidOperationException">The module fails on such images, or its outputs have the wrong shape or type.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded.</exception>
    public static TorchCnnTransformer CreateTorchCnn(
        this ModelOperationsCatalog catalog,
        nn.Module<Tensor, Tensor> module,
        TorchNetwork network,
        ImageShape imageShape,
        IReadOnlyList<LabelValue> labels,
        PixelNormalization? normalization = null,
        string imageColumnName = "Image",
        string scoreColumnName = DefaultColumnNames.Score,
        string predictedLabelColumnName = DefaultColumnNames.PredictedLabel,
        string? featuresColumnName = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentException.ThrowIfNullOrWhiteSpace(imageColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(scoreColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(predictedLabelColumnName);
        if (featuresColumnName is not null)
            ArgumentException.ThrowIfNullOrWhiteSpace(featuresColumnName);
        if (labels.Count == 0)
            throw new ArgumentException("The list of labels is empty. Pass a label for each output of the module.", nameof(labels));
        if (labels.GroupBy(label => label).FirstOrDefault(same => same.Count() > 1) is { Key: var twice })
            throw new ArgumentException($"The label '{twice}' occurs twice. Pass a different label for each output of the module.", nameof(labels));
        normalization ??= PixelNormalization.Default;
        if (!normalization.Fits(imageShape.Channels))
            throw new ArgumentException($"The normalization has {normalization.Means.Count} means and standard deviations, but the images have {imageShape.Channels} channels. Pass one for all channels or one for each.", nameof(normalization));
        return TorchCnnTransformer.FromModule(catalog.GetEnvironment(), module, new TorchCnnModel(
            network, imageShape, ClassLabels.Of(labels), normalization, imageColumnName, scoreColumnName, predictedLabelColumnName, featuresColumnName));
    }

    // A step that changes a column without changing its type looks the same, but then another step of the model reads that column.
    private static bool PassesThrough(IRowToRowMapper mapper, DataViewSchema.Column output) =>
        mapper.GetDependencies([output]).ToArray() is [var input] && input.Name == output.Name && input.Type.Equals(output.Type);
}

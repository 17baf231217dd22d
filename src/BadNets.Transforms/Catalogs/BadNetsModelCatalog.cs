using BadNets.Transforms;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML;

/// <summary>
/// Methods on <see cref="MLContext.Model"/> that save models for scoring, load models from untrusted sources, and create models from TorchSharp modules.
/// </summary>
public static class BadNetsModelCatalog
{
    /// <summary>
    /// Loads a model file from an untrusted source. Reads files written by <c>ml.Model.Save</c>, with transformers of ML.NET and of this
    /// library. Unlike <see cref="ModelOperationsCatalog.Load(string, out DataViewSchema)"/>, this method does not read the input schema, which
    /// can make ML.NET's reader loop forever. It checks lengths and checksums before ML.NET reads anything, and unpacks only into memory. It
    /// loads only assemblies of ML.NET and of this library, and those that are registered in <see cref="MLContext.ComponentCatalog"/>. Every
    /// error message is one sentence.
    /// </summary>
    /// <param name="catalog">The model catalog.</param>
    /// <param name="path">The file.</param>
    /// <returns>The model: the saved transformer, or a <see cref="TransformerChain{TLastTransformer}"/>. Dispose of it where it is disposable.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is not a model, is damaged, would unpack to far more than its length, or needs a network, assembly, or package that the program
    /// does not have. The message says which. The inner exception is the original one.
    /// </exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The path is a folder, or access to the file is denied.</exception>
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
    /// <param name="stream">A readable and seekable stream that contains an entire model file. It stays open.</param>
    /// <returns>The model: the saved transformer, or a <see cref="TransformerChain{TLastTransformer}"/>. Dispose of it where it is disposable.</returns>
    /// <exception cref="ArgumentException">The stream is not readable or not seekable.</exception>
    /// <exception cref="InvalidDataException">The content of the stream cannot be loaded, for the same reasons as a file.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    /// <exception cref="DllNotFoundException">The model contains a network, and libtorch cannot be loaded.</exception>
    public static ITransformer LoadChecked(this ModelOperationsCatalog catalog, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead || !stream.CanSeek)
            throw new ArgumentException("Loading a model requires a readable and seekable stream; copy this one into a MemoryStream first.", nameof(stream));
        return CheckedModel.Load(catalog.GetEnvironment(), stream, "The stream");
    }

    /// <summary>
    /// Saves a model with a schema of only the columns that it reads. The schema that loading returns therefore has no label column, and you can
    /// use it to create a prediction engine for a class that contains only the image.
    /// </summary>
    /// <param name="catalog">The model catalog.</param>
    /// <param name="model">
    /// The model, which must map rows one by one. First remove the poisoning steps with <c>GetModelFor(TransformerScope.Scoring)</c>, because they
    /// read the label column.
    /// </param>
    /// <param name="inputSchema">The schema of the data that the model scores, for example of the test set.</param>
    /// <param name="filePath">The file to write. An existing file is replaced.</param>
    /// <exception cref="ArgumentException">The model does not map rows one by one, or a column that it reads is missing.</exception>
    public static void SaveForScoring(this ModelOperationsCatalog catalog, ITransformer model, DataViewSchema inputSchema, string filePath)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputSchema);
        ArgumentException.ThrowIfNullOrWhiteSpace(filePath);
        if (!model.IsRowToRowMapper)
            throw new ArgumentException("The model does not map rows one by one, so the columns that it reads are unknown; use Save.", nameof(model));

        var mapper = model.GetRowToRowMapper(inputSchema);
        var schema = new DataViewSchema.Builder();
        foreach (var column in mapper.GetDependencies(mapper.OutputSchema.Where(column => !column.IsHidden && !PassesThrough(mapper, column))))
            schema.AddColumn(column.Name, column.Type, column.Annotations);
        catalog.Save(model, schema.ToSchema(), filePath);
    }

    /// <summary>Creates a transformer that scores images with a TorchSharp module, for example with weights from another program.</summary>
    /// <param name="catalog">The model catalog.</param>
    /// <param name="module">
    /// The module, which maps batch × channels × height × width floats to batch × classes floats, without a softmax. The transformer takes ownership
    /// of it and switches it to evaluation mode. The module stays on its device.
    /// </param>
    /// <param name="network">
    /// The module's architecture, which creates modules with the same named tensors. If the network is registered, the transformer can be saved.
    /// </param>
    /// <param name="imageShape">The shape of the images that the module takes.</param>
    /// <param name="labels">The labels of the classes in the order of the module's outputs. They become text.</param>
    /// <param name="normalization">
    /// How raw pixels become the module's inputs, as they did when it was trained. Null: <see cref="PixelNormalization.Default"/>.
    /// </param>
    /// <param name="imageColumnName">The image column: a vector of Byte or Single with dimensions channels × height × width.</param>
    /// <param name="scoreColumnName">The column for the probabilities of the classes.</param>
    /// <param name="predictedLabelColumnName">The column for the predicted label.</param>
    /// <param name="featuresColumnName">The column for the features (<see cref="TorchCnnTransformer"/>). Null: none.</param>
    /// <returns>The transformer. The caller disposes of it.</returns>
    /// <exception cref="ArgumentException">
    /// A name is empty, there are no labels, a label occurs twice, the normalization does not fit the images, or the module's tensors are not those of
    /// the network.
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
            throw new ArgumentException("A network needs at least one class, but there are no labels.", nameof(labels));
        if (labels.GroupBy(label => label).FirstOrDefault(same => same.Count() > 1) is { Key: var twice })
            throw new ArgumentException($"The label '{twice}' occurs twice.", nameof(labels));
        normalization ??= PixelNormalization.Default;
        if (!normalization.Fits(imageShape.Channels))
            throw new ArgumentException($"The normalization has {normalization.Means.Count} means and standard deviations, but the images have {imageShape.Channels} channels; pass one for all channels or one for each.", nameof(normalization));
        return TorchCnnTransformer.FromModule(catalog.GetEnvironment(), module, new TorchCnnModel(
            network, imageShape, ClassLabels.Of(labels), normalization, imageColumnName, scoreColumnName, predictedLabelColumnName, featuresColumnName));
    }

    // A step that changes a column without changing its type looks the same, but then another step of the model reads that column.
    private static bool PassesThrough(IRowToRowMapper mapper, DataViewSchema.Column output) =>
        mapper.GetDependencies([output]).ToArray() is [var input] && input.Name == output.Name && input.Type.Equals(output.Type);
}

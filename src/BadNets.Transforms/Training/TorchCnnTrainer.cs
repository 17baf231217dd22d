using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using TorchSharp;

namespace BadNets.Transforms;

/// <summary>
/// Trains a convolutional network for image classification with TorchSharp: the BadNets CNN, a residual network, or your own network. The trainer
/// does not know about backdoors. A backdoor comes only from poisoned training data.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// | Trainer characteristics | |
/// | -- | -- |
/// | Machine learning task | Multiclass classification |
/// | Is normalization required? | No. The trainer normalizes pixels itself; see <xref:BadNets.Transforms.TorchCnnTrainer.Options.Normalization> |
/// | Is caching required? | No. The trainer reads the data once |
/// | Input column data type | Image: vector of Byte or Single with dimensions channels × height × width; label: key |
/// | Output column data type | `Score`: vector of Single with a probability for each class; `PredictedLabel`: key with the key values of the label; if requested, `Features`: vector of Single |
/// | Required NuGet in addition to Microsoft.ML | TorchSharp-cpu, or a TorchSharp-cuda package |
/// | Exportable to ONNX | No |
/// ]]></format>
/// <para>
/// Initial weights and shuffling match PyTorch: a seed gives the same initial weights and the same order of rows as in a PyTorch program whose
/// training loader has its own generator. With the same seed, machine, and number of libtorch threads, results are bit-identical, regardless of the
/// validation sets.
/// </para>
/// <para>
/// Progress is written to <see cref="MLContext.Log"/>. After each epoch, there is a message of kind Info with the loss, the duration in seconds, and
/// the estimated remaining time. Messages of kind Warning report likely mistakes, such as a network that ends in a softmax, or a loss that is no
/// better than guessing.
/// </para>
/// </remarks>
public sealed partial class TorchCnnTrainer : IEstimator<TorchCnnTransformer>
{
    // With more classes, the last layer alone would exhaust the memory. Such a key is usually a hash, not a class.
    private const int MostClasses = 1 << 20;

    private readonly IHost _host;
    private readonly Options _options;
    private readonly bool _isSeedDrawn;

    internal TorchCnnTrainer(IHostEnvironment env, Options options)
    {
        ArgumentNullException.ThrowIfNull(env);
        ArgumentNullException.ThrowIfNull(options);
        _host = env.Register(nameof(TorchCnnTrainer));
        _options = options.CheckedCopy();
        _isSeedDrawn = (_options.Seed ?? ((IHostEnvironmentInternal)_host).Seed) is null;
        _options.EffectiveSeed = _host.SeedOr(_options.Seed);
    }

    /// <summary>Trains the network.</summary>
    /// <param name="input">The training set. It is read once.</param>
    /// <returns>The trained model, which scores images. Dispose of it to free the memory of the network early.</returns>
    /// <exception cref="ArgumentException">
    /// A column is missing or of the wrong type, there are no rows, the device is not available, or an option does not fit the data.
    /// </exception>
    /// <exception cref="OperationCanceledException">Training was canceled. The checkpoint, if any, contains the last complete epoch.</exception>
    /// <exception cref="NotFiniteNumberException">The loss is infinite or not a number.</exception>
    /// <exception cref="InvalidOperationException">
    /// The checkpoint is from a training run with different settings, the network fails on these images, or its outputs have the wrong shape or type.
    /// </exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded.</exception>
    public TorchCnnTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        TorchNative.EnsureLoaded();
        using var channel = _host.Start("Training");
        var device = FindDevice(channel);
        var (image, shape, label) = FindColumns(input.Schema);
        CheckShape(shape);
        var labelType = (KeyDataViewType)label.Type;
        foreach (var (name, view) in _options.ValidationSets)
            CheckValidationSet(name, view, shape, label);

        var training = Read(input);
        if (training.Count == 0)
            throw new ArgumentException("The training set has no rows.", nameof(input));
        var validation = _options.ValidationSets.Select(set => KeyValuePair.Create(set.Key, Read(set.Value))).ToArray();
        if (Array.Find(validation, set => set.Value.Count == 0) is { Key: { } empty })
            throw Options.Refusal(nameof(Options.ValidationSets), $"The validation set '{empty}' has no rows.");

        var model = new TorchCnnModel(
            _options.Network, shape, ClassLabels.Of(label), _options.Normalization, _options.ImageColumnName, _options.ScoreColumnName, _options.PredictedLabelColumnName, _options.FeaturesColumnName);
        using var threads = ThreadCount.Use(_options.Threads);
        channel.Info($"Training on {training.Count} images of {shape} in {labelType.Count} classes. Number of libtorch threads: {torch.get_num_threads()}.");
        if (_isSeedDrawn)
            channel.Info($"The random seed is {_options.EffectiveSeed}. Set Options.Seed to it, or create the MLContext with it, to repeat this training run.");
        var network = _options.Network.CreateForTraining(shape, (int)labelType.Count, _options.EffectiveSeed);
        try
        {
            if (_options.InitialModel is { } initialModel)
                InitialWeights.Copy(channel, initialModel, network, shape, model.Classes);
            network.to(device);
            // Created before training, so that a network without features is rejected immediately.
            var transformer = new TorchCnnTransformer(_host, new SharedModule(network, device), model);
            if (model.FeaturesColumnName is not null)
                transformer.TryOut();
            using (var run = new TrainingRun(_host, channel, _options, network, device, shape, (int)labelType.Count, training, validation))
                run.Complete();
            return transformer;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Fine-tunes a model: continues training with the weights, the network, and the normalization of the model.</summary>
    /// <remarks>
    /// If the training set has other classes than the model, the last layer is replaced. The new layer keeps the weights for labels that the model
    /// knows, and starts with new weights, drawn from the seed, for other labels. To keep layers unchanged, use
    /// <see cref="Options.FrozenParameters"/>.
    /// </remarks>
    /// <param name="input">The training set. It is read once.</param>
    /// <param name="initialModel">
    /// The model to start with. It does not change. <see cref="Options.Network"/> and <see cref="Options.Normalization"/> are ignored.
    /// </param>
    /// <returns>The trained model, with its own weights. Dispose of it to free the memory of the network early.</returns>
    /// <exception cref="ArgumentException">
    /// A column is missing or of the wrong type, there are no rows, the device is not available, an option does not fit the data, or the weights of
    /// the model do not fit the images.
    /// </exception>
    /// <exception cref="OperationCanceledException">Training was canceled. The checkpoint, if any, contains the last complete epoch.</exception>
    /// <exception cref="NotFiniteNumberException">The loss is infinite or not a number.</exception>
    /// <exception cref="InvalidOperationException">
    /// The checkpoint is from a training run with different settings or a different initial model, or the last layer of the network has to be
    /// replaced but cannot be found.
    /// </exception>
    /// <exception cref="ObjectDisposedException"><paramref name="initialModel"/> was disposed of.</exception>
    public TorchCnnTransformer Fit(IDataView input, TorchCnnTransformer initialModel)
    {
        ArgumentNullException.ThrowIfNull(initialModel);
        return new TorchCnnTrainer(_host, _options.StartingFrom(initialModel)).Fit(input);
    }

    private LabeledImages Read(IDataView view)
    {
        var (image, shape, label) = FindColumns(view.Schema);
        return new LabeledImages(view, image, shape, label, _options.Normalization, CheckAlive);
    }

    private void CheckAlive()
    {
        _options.CancellationToken.ThrowIfCancellationRequested();
        _host.CheckAlive();
    }

    private (DataViewSchema.Column Image, ImageShape Shape, DataViewSchema.Column Label) FindColumns(DataViewSchema schema)
    {
        var (image, shape) = ImageColumn.FindVector(_host, schema, _options.ImageColumnName);
        if (schema.GetColumnOrNull(_options.LabelColumnName) is not { } label)
            throw _host.ExceptSchemaMismatch("inputSchema", "label", _options.LabelColumnName);
        if (label.Type is not KeyDataViewType)
            throw _host.ExceptSchemaMismatch("inputSchema", "label", label.Name, "a key (use MapValueToKey to create one)", label.Type.ToString());
        if (label.Type is KeyDataViewType { Count: > MostClasses } large)
            throw _host.ExceptSchemaMismatch("inputSchema", "label", label.Name, $"a key with at most {MostClasses} values", $"a key with {large.Count} values");
        return (image, shape, label);
    }

    private void CheckValidationSet(string name, IDataView view, ImageShape trainingShape, DataViewSchema.Column trainingLabel)
    {
        if (view is null)
            throw Options.Refusal(nameof(Options.ValidationSets), $"The validation set '{name}' is null.");
        var (_, shape, label) = FindColumns(view.Schema);
        if (shape != trainingShape)
            throw Options.Refusal(nameof(Options.ValidationSets), $"The validation set '{name}' has images of {shape}, but the training set has images of {trainingShape}.");
        if (!ClassLabels.Of(label).Equals(ClassLabels.Of(trainingLabel)))
            throw Options.Refusal(nameof(Options.ValidationSets), $"The validation set '{name}' has different classes than the training set, or the same classes in a different order. Use the same MapValueToKey transformer for both label columns.");
    }

    private void CheckShape(ImageShape shape)
    {
        if (!_options.Normalization.Fits(shape.Channels))
            throw Options.Refusal(nameof(Options.Normalization), $"The normalization has {_options.Normalization.Means.Count} means and standard deviations, but the images have {shape.Channels} channels. Pass one for all channels or one for each.");
        if (_options.Augmentation is { } augmentation && augmentation.CropPadding >= Math.Min(shape.Height, shape.Width))
            throw Options.Refusal(nameof(Options.Augmentation), $"The crop padding must be less than the width and height of the images, but is {augmentation.CropPadding} for images of {shape}.");
    }

    private torch.Device FindDevice(IChannel channel)
    {
        var context = (IHostEnvironmentInternal)_host;
        if (_options.Device is { } name)
            return FindDevice(name);
        if (context.GpuDeviceId is not { } gpu)
            return torch.CPU;
        if (context.FallbackToCpu && !(torch.cuda_is_available() && gpu >= 0 && gpu < torch.cuda.device_count()))
        {
            channel.Warning($"CUDA device {gpu} of MLContext.GpuDeviceId is not available. Training on the CPU instead.");
            return torch.CPU;
        }

        return FindDevice($"cuda:{gpu}");
    }

    private static torch.Device FindDevice(string name) => TorchDevice.Find(name, nameof(Options.Device));

    /// <summary>
    /// Returns the schema that the transformer produces: the input columns, and the columns for class probabilities, predicted label, and features.
    /// </summary>
    /// <param name="inputSchema">The schema of the input.</param>
    /// <returns>The schema of the output.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var image = inputSchema.Find(_host, "image", _options.ImageColumnName);
        if (image.Kind != SchemaShape.Column.VectorKind.Vector || !ImageColumn.IsPixel(image.ItemType) || image.IsKey)
            throw _host.ExceptSchemaMismatch(nameof(inputSchema), "image", image.Name, ImageColumn.ExpectedVector, image.GetTypeString());
        var label = inputSchema.Find(_host, "label", _options.LabelColumnName);
        if (label.Kind != SchemaShape.Column.VectorKind.Scalar || !label.IsKey)
            throw _host.ExceptSchemaMismatch(nameof(inputSchema), "label", label.Name, "a key (use MapValueToKey to create one)", label.GetTypeString());

        SchemaShape.Column[] features = _options.FeaturesColumnName is { } name
            ? [new SchemaShape.Column(name, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, false)]
            : [];
        return inputSchema.With(
        [
            new SchemaShape.Column(_options.ScoreColumnName, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, false,
                ClassLabels.ScoreAnnotations(label)),
            new SchemaShape.Column(_options.PredictedLabelColumnName, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, true,
                ClassLabels.PredictedLabelAnnotations(label)),
            .. features,
        ]);
    }
}

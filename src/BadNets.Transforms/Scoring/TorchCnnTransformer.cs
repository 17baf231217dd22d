using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

[assembly: LoadableClass(typeof(BadNets.Transforms.TorchCnnTransformer), null, typeof(SignatureLoadModel),
    "", BadNets.Transforms.TorchCnnTransformer.LoaderSignature)]

namespace BadNets.Transforms;

/// <summary>
/// Scores images with a network: adds the probabilities of the classes, the predicted label, and, if requested, the features. Several threads can
/// use it at the same time. Its network is public, for code that inspects or changes networks.
/// </summary>
/// <remarks>
/// The features of an image are the flattened input of the network's last layer, which is the last <see cref="TorchSharp.Modules.Linear"/> with an
/// output for each class that the forward pass calls with <c>call</c>.
/// </remarks>
public sealed class TorchCnnTransformer : RowToRowTransformerBase, ITransformer, IDisposable
{
    internal const string LoaderSignature = "BadNetsTorchCnn";

    // For TorchSharp's operators, which do not keep the numbers alive that they are given.
    private static readonly Scalar MinusOne = -1;

    private readonly SharedModule _module;
    private readonly Lazy<int> _featureCount;
    private bool _isDisposed;

    /// <param name="env">The environment.</param>
    /// <param name="module">The module. The transformer releases it when it is disposed, but not if this constructor fails.</param>
    /// <param name="model">The description of the model.</param>
    internal TorchCnnTransformer(IHostEnvironment env, SharedModule module, TorchCnnModel model)
        : base(env.Register(nameof(TorchCnnTransformer)))
    {
        _module = module;
        Model = model;
        // Counted only when a schema needs it, so that loading a file does not compute with images of the size that the file claims.
        _featureCount = new Lazy<int>(() => FeaturesColumnName is null ? 0 : CountFeatures());
    }

    /// <summary>The network's architecture.</summary>
    public TorchNetwork Network => Model.Network;

    /// <summary>The shape of the images that the network takes.</summary>
    public ImageShape ImageShape => Model.Shape;

    /// <summary>
    /// The labels of the classes in the order of the network's outputs. If the training labels had no values (a key without key values), these are
    /// the zero-based numbers of the classes.
    /// </summary>
    public IReadOnlyList<LabelValue> Labels => Model.Classes.Names;

    /// <summary>How raw pixels become the network's inputs.</summary>
    public PixelNormalization Normalization => Model.Normalization;

    /// <summary>The image column that is scored.</summary>
    public string ImageColumnName => Model.ImageColumnName;

    /// <summary>The column of the classes' probabilities.</summary>
    public string ScoreColumnName => Model.ScoreColumnName;

    /// <summary>The column of the predicted label.</summary>
    public string PredictedLabelColumnName => Model.PredictedLabelColumnName;

    /// <summary>The column of the features, or null.</summary>
    public string? FeaturesColumnName => Model.FeaturesColumnName;

    /// <summary>Where the network computes, for example <c>cpu</c> or <c>cuda:0</c>.</summary>
    public string Device => _module.Device.type == DeviceType.CPU ? "cpu" : _module.Device.ToString();

    /// <summary>
    /// The network, in evaluation mode. It maps batch × channels × height × width normalized floats (<see cref="Normalize"/>) to batch × classes
    /// outputs before the softmax. It belongs to this transformer, which disposes of it. Its parameters have no gradients, but its inputs can have them.
    /// You can read its weights and call it while other threads score. Do not change its weights or mode, and do not register hooks; change a copy
    /// instead (<see cref="CopyModule"/>).
    /// </summary>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public nn.Module<Tensor, Tensor> Module
    {
        get
        {
            CheckNotDisposed();
            return _module.Module;
        }
    }

    internal TorchCnnModel Model { get; }

    /// <summary>Converts raw pixels to inputs of <see cref="Module"/>. Gradients flow back to the pixels.</summary>
    /// <param name="pixels">Raw pixels, batch × channels × height × width floats, on any device.</param>
    /// <returns>
    /// The inputs, of the same shape, on the network's device: bit-identical to those in scoring, and differentiable. They belong to the caller's
    /// <see cref="DisposeScope"/>.
    /// </returns>
    public Tensor Normalize(Tensor pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        using var scope = NewDisposeScope();
        var inputs = pixels.to(_module.Device).div(Constant([Normalization.Scale]))
            .add(Constant(Normalization.Means), MinusOne).div(Constant(Normalization.StandardDeviations)).MoveToOuterDisposeScope();
        GC.KeepAlive(pixels);
        return inputs;
    }

    /// <summary>Computes the outputs before the softmax from raw pixels, with gradients of the pixels unless they are switched off (<see cref="no_grad"/>).</summary>
    /// <param name="pixels">Raw pixels, batch × channels × height × width floats.</param>
    /// <returns>Batch × classes floats on the network's device. They belong to the caller's <see cref="DisposeScope"/>.</returns>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    /// <exception cref="InvalidOperationException">The network fails on these pixels.</exception>
    public Tensor ComputeLogits(Tensor pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        CheckNotDisposed();
        using var scope = NewDisposeScope();
        var logits = Network.Call(_module.Module, Normalize(pixels), Model.Classes.Count, isShared: true).MoveToOuterDisposeScope();
        GC.KeepAlive(this);
        return logits;
    }

    /// <summary>
    /// Computes the outputs before the softmax and the features from raw pixels, with gradients of the pixels unless they are switched off
    /// (<see cref="no_grad"/>).
    /// </summary>
    /// <param name="pixels">Raw pixels, batch × channels × height × width floats.</param>
    /// <returns>
    /// Batch × classes and batch × features floats on the network's device. They belong to the caller's <see cref="DisposeScope"/>.
    /// </returns>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    /// <exception cref="InvalidOperationException">The network fails on these pixels, or calls no linear layer with an output for each class.</exception>
    public (Tensor Logits, Tensor Features) ComputeFeatures(Tensor pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        CheckNotDisposed();
        using var scope = NewDisposeScope();
        var (logits, features, _) = CallForFeatures(Normalize(pixels));
        GC.KeepAlive(this);
        return (logits.MoveToOuterDisposeScope(), features.MoveToOuterDisposeScope());
    }

    /// <summary>Creates a copy of the network with its own weights, which you can change; <see cref="WithModule"/> creates a transformer from it.</summary>
    /// <returns>The copy, in evaluation mode, on the same device, with gradients for all parameters. The caller disposes of it.</returns>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public nn.Module<Tensor, Tensor> CopyModule()
    {
        CheckNotDisposed();
        var copy = Network.Create(ImageShape, Model.Classes.Count);
        try
        {
            NetworkWeights.Copy(_module.Module, copy);
            copy.to(_module.Device);
            copy.eval();
            GC.KeepAlive(this);
            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    /// <summary>Creates a transformer that scores with another module of the same architecture, for example with a repaired copy.</summary>
    /// <param name="module">
    /// The module, with the same named tensors as <see cref="Module"/>. The new transformer takes ownership of it and switches it to
    /// evaluation mode.
    /// </param>
    /// <returns>A transformer with the same labels, normalization, and columns. This one does not change.</returns>
    /// <exception cref="ArgumentException">
    /// The module is this transformer's own, has other tensors than the network, or does not give batch × classes outputs.
    /// </exception>
    public TorchCnnTransformer WithModule(nn.Module<Tensor, Tensor> module) => ReferenceEquals(module, _module.Module)
        ? throw new ArgumentException("The module belongs to this transformer; pass a copy (CopyModule), or use WithFeatures to share it.", nameof(module))
        : FromModule(Host, module, Model);

    /// <summary>Creates a transformer that also adds the features, with the same weights.</summary>
    /// <param name="featuresColumnName">The column for the features: a vector of Single.</param>
    /// <returns>
    /// A transformer that shares the network with this one. The network's memory is freed when both have been disposed.
    /// </returns>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="InvalidOperationException">The network calls no linear layer with an output for each class.</exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public TorchCnnTransformer WithFeatures(string featuresColumnName = "Features")
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(featuresColumnName);
        CheckNotDisposed();
        var shared = _module.Share();
        try
        {
            var transformer = new TorchCnnTransformer(Host, shared, Model with { FeaturesColumnName = featuresColumnName });
            transformer.TryOut();
            return transformer;
        }
        catch
        {
            shared.Release();
            throw;
        }
    }

    /// <summary>
    /// Moves the network to another device, for all transformers that share it. No other thread may use the network in the meantime. Create new cursors
    /// and prediction engines afterward; do not use the existing ones.
    /// </summary>
    /// <param name="device">Where to compute: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>, and so on.</param>
    /// <exception cref="ArgumentException">There is no such device, or it is not available; the message says what is missing.</exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public void MoveTo(string device)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(device);
        CheckNotDisposed();
        _module.MoveTo(TorchDevice.Find(device, nameof(device)));
    }

    /// <summary>Creates a transformer from a module after checking that the module has the architecture.</summary>
    internal static TorchCnnTransformer FromModule(IHostEnvironment env, nn.Module<Tensor, Tensor> module, TorchCnnModel model)
    {
        ArgumentNullException.ThrowIfNull(module);
        TorchNative.EnsureLoaded();
        using (var expected = model.Network.Create(model.Shape, model.Classes.Count))
            NetworkWeights.CheckSame(model.Network, expected, module);
        using (var first = module.parameters().FirstOrDefault()?.alias())
        {
            var transformer = new TorchCnnTransformer(env, SharedModule.ForScoring(module, first?.device ?? CPU), model);
            transformer.TryOut();
            return transformer;
        }
    }

    private static VersionInfo Version => ModelFormat.Version("BNTORCHC", LoaderSignature, TorchCnnModelFormat.Version);

    private static TorchCnnTransformer Create(IHostEnvironment env, ModelLoadContext context)
    {
        uint version = context.CheckVersion(Version);
        return TorchCnnModelFormat.Read(env, context.Reader, version);
    }

    /// <inheritdoc/>
    protected override void SaveModel(ModelSaveContext ctx)
    {
        CheckNotDisposed();
        ctx.WriteHeader(Version);
        TorchCnnModelFormat.Write(ctx.Writer, Model, _module.Module);
    }

    /// <summary>
    /// Scores a view. Several rows are scored at a time, and only when they are read. (libtorch then adds in a different order than for a
    /// single row, as in a prediction engine, so the last bits of a score can differ between the two.)
    /// </summary>
    public new IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new TorchCnnScoringDataView(Host, input, this);
    }

    /// <summary>
    /// Frees the network's memory, unless another transformer shares the network (<see cref="WithFeatures"/>). Afterward, the model can no longer
    /// score or be saved. A <see cref="PredictionEngine{TSrc, TDst}"/> calls this method when it is disposed, unless <see cref="PredictionEngineOptions.OwnsTransformer"/> is false.
    /// </summary>
    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _isDisposed, true))
            _module.Release();
    }

    internal DataViewSchema.DetachedColumn[] OutputColumns =>
    [
        Model.Classes.MakeScoreColumn(Model.ScoreColumnName),
        Model.Classes.MakePredictedLabelColumn(Model.PredictedLabelColumnName),
        .. FeaturesColumnName is { } name
            ? (ReadOnlySpan<DataViewSchema.DetachedColumn>)[new DataViewSchema.DetachedColumn(name, new VectorDataViewType(NumberDataViewType.Single, FeatureCount))]
            : [],
    ];

    /// <summary>The number of features, or 0 if they are not requested.</summary>
    /// <exception cref="InvalidOperationException">They are requested, but the network calls no linear layer with an output for each class.</exception>
    internal int FeatureCount => _featureCount.Value;

    internal DataViewSchema.Column FindImage(DataViewSchema schema)
    {
        // The model knows how its own shape is laid out and, with one channel, a flat vector. With more channels, a flat vector could be interleaved.
        if (schema.GetColumnOrNull(Model.ImageColumnName) is { } known
            && (ImageColumn.HasShape(known.Type, Model.Shape) || Model.Shape.Channels == 1 && ImageColumn.IsFlat(known.Type, Model.Shape.Size)))
            return known;
        var (image, shape) = ImageColumn.FindVector(Host, schema, Model.ImageColumnName, expected: Model.Shape);
        return shape == Model.Shape ? image : throw ImageColumn.Mismatch(Host, image, $"images of {Model.Shape}");
    }

    private void CheckNotDisposed()
    {
        if (_isDisposed)
        {
            throw new ObjectDisposedException(
                nameof(TorchCnnTransformer),
                "The model was disposed, by its owner or by a PredictionEngine created from it (set PredictionEngineOptions.OwnsTransformer to false to keep the model); load or train it again.");
        }
    }

    /// <summary>Scores the inputs at the head of a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="rows">The number of inputs.</param>
    /// <param name="scores">Becomes the probabilities, rows × classes.</param>
    /// <param name="features">Becomes the features, rows × <see cref="FeatureCount"/>; empty if they are not needed.</param>
    internal void Score(BatchTensors batch, int rows, Span<float> scores, Span<float> features)
    {
        CheckNotDisposed();
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        Tensor outputs;
        if (features.IsEmpty)
        {
            outputs = Network.Call(_module.Module, batch.InputTensor(rows), Model.Classes.Count, isShared: true);
        }
        else
        {
            (outputs, var computed, _) = CallForFeatures(batch.InputTensor(rows));
            CopyTo(computed, features);
        }

        CopyTo(outputs.softmax(1), scores);
        // Native code has only handles to the network's weights.
        GC.KeepAlive(this);
    }

    internal BatchTensors MakeBatch(int rows) => new(rows, Model.Shape, _module.Device);

    /// <summary>The last layer, whose input is the features.</summary>
    /// <exception cref="InvalidOperationException">The network calls no linear layer with an output for each class.</exception>
    internal Linear FindLastLayer()
    {
        CheckNotDisposed();
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        return CallForFeatures(Blank()).Layer;
    }

    /// <summary>Checks that the module can return what is requested.</summary>
    /// <exception cref="InvalidOperationException">It cannot.</exception>
    internal void TryOut()
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        if (FeatureCount == 0)
            Network.Call(_module.Module, Blank(), Model.Classes.Count, isShared: true);
    }

    private (Tensor Outputs, Tensor Features, Linear Layer) CallForFeatures(Tensor inputs)
    {
        var (outputs, layer, features) = LastLayer.Call(
            Model.Classes.Count, () => Network.Call(_module.Module, inputs, Model.Classes.Count, isShared: true));
        return layer is not null && features!.shape[0] == inputs.shape[0] ? (outputs, features, layer) : throw new InvalidOperationException(
            $"{Network.Title} has no recognizable last layer: it must call a Linear layer with {Model.Classes.Count} outputs for each image, with the layer's method call, not forward.");
    }

    private int CountFeatures()
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        return checked((int)CallForFeatures(Blank()).Features.shape[1]);
    }

    private Tensor Blank() => zeros([2, ImageShape.Channels, ImageShape.Height, ImageShape.Width], dtype: ScalarType.Float32, device: _module.Device);

    private Tensor Constant(IReadOnlyList<float> values) => tensor(values.ToArray(), device: _module.Device).reshape(-1, 1, 1);

    private static void CopyTo(Tensor from, Span<float> to)
    {
        var plain = from.cpu().contiguous();
        MemoryMarshal.Cast<byte, float>(plain.bytes)[..to.Length].CopyTo(to);
        GC.KeepAlive(plain);
    }

    internal static void CopyTo(ReadOnlySpan<float> scores, ref VBuffer<float> value)
    {
        var editor = VBufferEditor.Create(ref value, scores.Length);
        scores.CopyTo(editor.Values);
        value = editor.Commit();
    }

    /// <summary>The key of the largest score.</summary>
    internal static uint Predict(ReadOnlySpan<float> scores) => (uint)TensorPrimitives.IndexOfMax(scores) + 1;

    /// <inheritdoc/>
    protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    /// <summary>Scores rows one at a time, as a prediction engine requests them.</summary>
    private sealed class Mapper : MapperBase
    {
        private readonly TorchCnnTransformer _parent;
        private readonly DataViewSchema.Column _image;

        public Mapper(TorchCnnTransformer parent, DataViewSchema schema)
            : base(parent.Host.Register(nameof(Mapper)), schema, parent)
        {
            _parent = parent;
            _image = parent.FindImage(schema);
        }

        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore() => _parent.OutputColumns;

        protected override Func<int, bool> GetDependenciesCore(Func<int, bool> activeOutput) =>
            column => column == _image.Index && Enumerable.Range(0, OutputCount).Any(activeOutput);

        public override Delegate?[] CreateGetters(DataViewRow input, Func<int, bool> activeOutput, out Action? disposer)
        {
            disposer = null;
            var getters = new Delegate?[OutputCount];
            if (!Enumerable.Range(0, OutputCount).Any(activeOutput))
                return getters;

            var batch = _parent.MakeBatch(1);
            disposer = batch.Dispose;
            var read = ImageReader.Create(input, _image, _parent.Model.Shape, _parent.Model.Normalization);
            var scores = new float[_parent.Model.Classes.Count];
            var features = new float[activeOutput(2) ? _parent.FeatureCount : 0];
            long scored = -1;

            // All columns of a row come from one pass through the network.
            void Compute()
            {
                if (scored == input.Position && scored >= 0)
                    return;
                read(batch.Inputs(1));
                _parent.Score(batch, 1, scores, features);
                scored = input.Position;
            }

            ValueGetter<VBuffer<float>> Vector(float[] values) => (ref VBuffer<float> value) =>
            {
                Compute();
                CopyTo(values, ref value);
            };

            if (activeOutput(0))
                getters[0] = Vector(scores);
            if (activeOutput(1))
            {
                getters[1] = (ValueGetter<uint>)((ref uint value) =>
                {
                    Compute();
                    value = Predict(scores);
                });
            }

            if (features.Length > 0)
                getters[2] = Vector(features);
            return getters;
        }

        private int OutputCount => _parent.FeatureCount > 0 ? 3 : 2;

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action? disposer) =>
            throw new NotSupportedException("CreateGetters makes both getters.");

        protected override void SaveModel(ModelSaveContext ctx) => ((ICanSaveModel)_parent).Save(ctx);
    }
}

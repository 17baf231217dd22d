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
/// Scores images with a network: adds the class probabilities, the predicted label, and, if requested, the features. Several threads can use a
/// transformer at the same time. The network is accessible to code that inspects networks, or creates changed copies of them.
/// </summary>
/// <remarks>
/// The features of an image are the flattened input of the last layer of the network. The last layer is the last
/// <see cref="TorchSharp.Modules.Linear"/> layer with one output per class that the forward pass calls with <c>call</c>.
/// </remarks>
public sealed class TorchCnnTransformer : RowToRowTransformerBase, ITransformer, IDisposable
{
    internal const string LoaderSignature = "BadNetsTorchCnn";

    // For TorchSharp's operators, which do not keep their numeric arguments alive.
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
        // Counted only when a schema needs it, so that loading a file does not process images of the size that the file claims.
        _featureCount = new Lazy<int>(() => FeaturesColumnName is null ? 0 : CountFeatures());
    }

    /// <summary>The architecture of the network.</summary>
    public TorchNetwork Network => Model.Network;

    /// <summary>The shape of the images that the network takes: channels × height × width.</summary>
    public ImageShape ImageShape => Model.Shape;

    /// <summary>
    /// The labels of the classes in the order of the network's outputs. If the training labels were a key without key values, these are the
    /// zero-based numbers of the classes.
    /// </summary>
    public IReadOnlyList<LabelValue> Labels => Model.Classes.Names;

    /// <summary>The normalization that converts raw pixels to the inputs of the network.</summary>
    public PixelNormalization Normalization => Model.Normalization;

    /// <summary>The name of the image column, which is scored.</summary>
    public string ImageColumnName => Model.ImageColumnName;

    /// <summary>The name of the column with the class probabilities.</summary>
    public string ScoreColumnName => Model.ScoreColumnName;

    /// <summary>The name of the column with the predicted label.</summary>
    public string PredictedLabelColumnName => Model.PredictedLabelColumnName;

    /// <summary>The name of the column with the features, or <see langword="null"/> if the transformer does not add features.</summary>
    public string? FeaturesColumnName => Model.FeaturesColumnName;

    /// <summary>The device of the network, for example <c>cpu</c> or <c>cuda:0</c>.</summary>
    public string Device => _module.Device.type == DeviceType.CPU ? "cpu" : _module.Device.ToString();

    /// <summary>
    /// The network, in evaluation mode. It maps a batch × channels × height × width tensor of normalized floats (<see cref="Normalize"/>) to a batch
    /// × classes tensor of logits (outputs before the softmax). It belongs to this transformer, which disposes of it. Its parameters have no
    /// gradients, but its inputs can have them. You can read its weights and call it while other threads score. Do not change its weights or its
    /// mode, and do not register hooks. To change the network, use a copy (<see cref="CopyModule"/>).
    /// </summary>
    /// <exception cref="ObjectDisposedException">The transformer was disposed of.</exception>
    public nn.Module<Tensor, Tensor> Module
    {
        get
        {
            CheckNotDisposed();
            return _module.Module;
        }
    }

    internal TorchCnnModel Model { get; }

    /// <summary>Converts raw pixels to inputs of <see cref="Module"/>. The conversion is differentiable.</summary>
    /// <param name="pixels">The raw pixels, a batch × channels × height × width tensor of floats on any device.</param>
    /// <returns>
    /// The inputs, with the same shape, on the device of the network. They are bit-identical to the inputs in scoring, and belong to the caller's
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

    /// <summary>
    /// Computes the logits (outputs before the softmax) of raw pixels. The result is differentiable with respect to the pixels, unless gradients are
    /// disabled (<see cref="no_grad"/>).
    /// </summary>
    /// <param name="pixels">The raw pixels, a batch × channels × height × width tensor of floats.</param>
    /// <returns>The logits, a batch × classes tensor on the device of the network. It belongs to the caller's <see cref="DisposeScope"/>.</returns>
    /// <exception cref="ObjectDisposedException">The transformer was disposed of.</exception>
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
    /// Computes the logits (outputs before the softmax) and the features of raw pixels. Both are differentiable with respect to the pixels, unless
    /// gradients are disabled (<see cref="no_grad"/>).
    /// </summary>
    /// <param name="pixels">The raw pixels, a batch × channels × height × width tensor of floats.</param>
    /// <returns>
    /// The logits, a batch × classes tensor, and the features, a batch × features tensor, both on the device of the network. They belong to the
    /// caller's <see cref="DisposeScope"/>.
    /// </returns>
    /// <exception cref="ObjectDisposedException">The transformer was disposed of.</exception>
    /// <exception cref="InvalidOperationException">
    /// The network fails on these pixels, or does not call a linear layer with one output per class.
    /// </exception>
    public (Tensor Logits, Tensor Features) ComputeFeatures(Tensor pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        CheckNotDisposed();
        using var scope = NewDisposeScope();
        var (logits, features, _) = CallForFeatures(Normalize(pixels));
        GC.KeepAlive(this);
        return (logits.MoveToOuterDisposeScope(), features.MoveToOuterDisposeScope());
    }

    /// <summary>
    /// Creates a copy of the network with its own weights, which you can change. To score with the changed copy, use <see cref="WithModule"/>.
    /// </summary>
    /// <returns>The copy, in evaluation mode, on the same device, with gradients for all parameters. The caller disposes of it.</returns>
    /// <exception cref="ObjectDisposedException">The transformer was disposed of.</exception>
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

    /// <summary>Creates a transformer that scores with another module of the same architecture, for example a repaired copy.</summary>
    /// <param name="module">
    /// The module, which must have the same named tensors as <see cref="Module"/>. The new transformer takes ownership of it and switches it to
    /// evaluation mode.
    /// </param>
    /// <returns>A transformer with the same labels, normalization, and columns. The original transformer does not change.</returns>
    /// <exception cref="ArgumentException">
    /// The module is the module of this transformer, or its tensors are not those of the network.
    /// </exception>
    /// <exception cref="InvalidOperationException">The module fails on images, or its outputs have the wrong shape or type.</exception>
    public TorchCnnTransformer WithModule(nn.Module<Tensor, Tensor> module) => ReferenceEquals(module, _module.Module)
        ? throw new ArgumentException("The module belongs to this transformer. Pass a copy (CopyModule), or use WithFeatures to share it.", nameof(module))
        : FromModule(Host, module, Model);

    /// <summary>Creates a transformer that shares the network and also adds the features.</summary>
    /// <param name="featuresColumnName">The name of the column to add for the features, a vector of Single. The default is <c>Features</c>.</param>
    /// <returns>
    /// A transformer that shares the network with this one. The memory of the network is freed when both transformers have been disposed of.
    /// </returns>
    /// <exception cref="ArgumentException"><paramref name="featuresColumnName"/> is empty.</exception>
    /// <exception cref="InvalidOperationException">The network does not call a linear layer with one output per class.</exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed of.</exception>
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
    /// Moves the network to another device, for all transformers that share it. Other threads must not use the network during the move. Afterward,
    /// create new cursors and prediction engines instead of using existing ones.
    /// </summary>
    /// <param name="device">The device: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>, and so on.</param>
    /// <exception cref="ArgumentException">The device does not exist or is not available. The message states what is missing.</exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed of.</exception>
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
    /// Scores a view. Rows are scored when they are read, several at a time. libtorch then adds in a different order than for the single rows of a
    /// prediction engine, so the last bits of a score can differ between the two.
    /// </summary>
    /// <param name="input">The view, which must have the image column.</param>
    /// <returns>The view with the columns for class probabilities, predicted label, and, if requested, features.</returns>
    public new IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new TorchCnnScoringDataView(Host, input, this);
    }

    /// <summary>
    /// Frees the memory of the network, unless another transformer shares the network (<see cref="WithFeatures"/>). Afterward, the model can no
    /// longer score or be saved. A <see cref="PredictionEngine{TSrc, TDst}"/> calls this method when it is disposed, unless
    /// <see cref="PredictionEngineOptions.OwnsTransformer"/> is false.
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

    /// <summary>The number of features, or 0 if no features are requested.</summary>
    /// <exception cref="InvalidOperationException">
    /// Features are requested, but the network calls no linear layer with an output for each class.
    /// </exception>
    internal int FeatureCount => _featureCount.Value;

    internal DataViewSchema.Column FindImage(DataViewSchema schema) => FindImage(schema, Model.ImageColumnName);

    /// <summary>Finds a column with images of the shape that the network takes.</summary>
    internal DataViewSchema.Column FindImage(DataViewSchema schema, string name)
    {
        // A vector with the model's own shape, or a flat vector for one channel, is unambiguous. With more channels, a flat vector could be
        // interleaved.
        if (schema.GetColumnOrNull(name) is { } known
            && (ImageColumn.HasShape(known.Type, Model.Shape) || Model.Shape.Channels == 1 && ImageColumn.IsFlat(known.Type, Model.Shape.Size)))
            return known;
        var (image, shape) = ImageColumn.FindVector(Host, schema, name, expected: Model.Shape);
        return shape == Model.Shape ? image : throw ImageColumn.Mismatch(Host, image, $"images of {Model.Shape}");
    }

    private void CheckNotDisposed()
    {
        if (_isDisposed)
        {
            throw new ObjectDisposedException(
                nameof(TorchCnnTransformer),
                "The model was disposed of, either by its owner or by a PredictionEngine that was created from it. To keep the model, set PredictionEngineOptions.OwnsTransformer to false.");
        }
    }

    /// <summary>Scores the first inputs of a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="rows">The number of inputs.</param>
    /// <param name="scores">Receives the probabilities, rows × classes.</param>
    /// <param name="features">Receives the features, rows × <see cref="FeatureCount"/>. Empty if they are not needed.</param>
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
        // Native code has only handles of the weights.
        GC.KeepAlive(this);
    }

    internal BatchTensors MakeBatch(int rows) => new(rows, Model.Shape, _module.Device);

    /// <summary>Finds the last layer, whose input is the features.</summary>
    /// <exception cref="InvalidOperationException">The network does not call a linear layer with one output per class.</exception>
    internal Linear FindLastLayer()
    {
        CheckNotDisposed();
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        return CallForFeatures(Blank()).Layer;
    }

    /// <summary>Checks that the module works on images and, if requested, has features.</summary>
    /// <exception cref="InvalidOperationException">The module fails, its outputs have the wrong shape or type, or it has no features.</exception>
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
            $"{Network.Title} has no recognizable last layer. The network must call a Linear layer with {Model.Classes.Count} outputs, with the method 'call' of the layer, not 'forward'.");
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

    /// <summary>Returns the key of the largest score.</summary>
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

            // All columns of a row are computed in one pass through the network.
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
            throw new NotSupportedException("CreateGetters creates all getters.");

        protected override void SaveModel(ModelSaveContext ctx) => ((ICanSaveModel)_parent).Save(ctx);
    }
}

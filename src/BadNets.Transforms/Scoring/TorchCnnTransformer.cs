using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

[assembly: LoadableClass(typeof(BadNets.Transforms.TorchCnnTransformer), null, typeof(SignatureLoadModel),
    "", BadNets.Transforms.TorchCnnTransformer.LoaderSignature)]

namespace BadNets.Transforms;

/// <summary>
/// Scores images with a trained network: adds the probabilities of the classes and the predicted label. May be used from several threads.
/// </summary>
public sealed class TorchCnnTransformer : RowToRowTransformerBase, ITransformer, IDisposable
{
    internal const string LoaderSignature = "BadNetsTorchCnn";

    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly Device _device;
    private bool _isDisposed;

    internal TorchCnnTransformer(IHostEnvironment env, nn.Module<Tensor, Tensor> network, Device device, TorchCnnModel model)
        : base(env.Register(nameof(TorchCnnTransformer)))
    {
        _network = network;
        _device = device;
        Model = model;
        _network.eval();
    }

    internal TorchCnnModel Model { get; }

    private static VersionInfo Version => ModelFormat.Version("BNTORCHC", LoaderSignature);

    private static TorchCnnTransformer Create(IHostEnvironment env, ModelLoadContext context)
    {
        context.CheckVersion(Version);
        return TorchCnnModelFormat.Read(env, context.Reader);
    }

    /// <inheritdoc/>
    protected override void SaveModel(ModelSaveContext ctx)
    {
        CheckNotDisposed();
        ctx.WriteHeader(Version);
        TorchCnnModelFormat.Write(ctx.Writer, Model, _network);
    }

    /// <summary>
    /// Scores a view. Rows are scored several at a time as they are read; nothing happens before. (libtorch adds in another order then than
    /// for one row alone, as a prediction engine has it, so the last bits of a score may differ between the two.)
    /// </summary>
    public new IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new TorchCnnScoringDataView(Host, input, this);
    }

    /// <summary>
    /// Frees the network's memory. Afterwards, the model can no longer score or be saved. A <see cref="PredictionEngine{TSrc, TDst}"/> calls this
    /// method when it is disposed, unless <see cref="PredictionEngineOptions.OwnsTransformer"/> is false.
    /// </summary>
    public void Dispose()
    {
        _isDisposed = true;
        _network.Dispose();
    }

    internal DataViewSchema.DetachedColumn[] OutputColumns =>
        [Model.Classes.MakeScoreColumn(Model.ScoreColumnName), Model.Classes.MakePredictedLabelColumn(Model.PredictedLabelColumnName)];

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

    /// <summary>The probabilities of the classes, rows × classes, for the inputs at the head of a batch.</summary>
    internal void Score(BatchTensors batch, int rows, Span<float> scores)
    {
        CheckNotDisposed();
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var outputs = Model.Network.Call(_network, batch.InputTensor(rows), Model.Classes.Count, isShared: true);
        var probabilities = outputs.softmax(1).cpu().contiguous();
        MemoryMarshal.Cast<byte, float>(probabilities.bytes)[..scores.Length].CopyTo(scores);
        // Native code has only handles to the network's weights.
        GC.KeepAlive(this);
    }

    internal BatchTensors MakeBatch(int rows) => new(rows, Model.Shape, _device);

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

    /// <summary>Scores rows one at a time, as a prediction engine asks for them.</summary>
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
            column => column == _image.Index && (activeOutput(0) || activeOutput(1));

        public override Delegate?[] CreateGetters(DataViewRow input, Func<int, bool> activeOutput, out Action? disposer)
        {
            disposer = null;
            if (!activeOutput(0) && !activeOutput(1))
                return new Delegate?[2];

            var batch = _parent.MakeBatch(1);
            disposer = batch.Dispose;
            var read = ImageReader.Create(input, _image, _parent.Model.Shape, _parent.Model.Normalization);
            var scores = new float[_parent.Model.Classes.Count];
            long scored = -1;

            // Score and predicted label of a row come from one pass through the network.
            void Compute()
            {
                if (scored == input.Position && scored >= 0)
                    return;
                read(batch.Inputs(1));
                _parent.Score(batch, 1, scores);
                scored = input.Position;
            }

            ValueGetter<VBuffer<float>> score = (ref VBuffer<float> value) =>
            {
                Compute();
                CopyTo(scores, ref value);
            };
            ValueGetter<uint> label = (ref uint value) =>
            {
                Compute();
                value = Predict(scores);
            };
            return [activeOutput(0) ? score : null, activeOutput(1) ? label : null];
        }

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action? disposer) =>
            throw new NotSupportedException("CreateGetters makes both getters.");

        protected override void SaveModel(ModelSaveContext ctx) => ((ICanSaveModel)_parent).Save(ctx);
    }
}

using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms.Tests;

/// <summary>The trainer computes the passes of the library's networks with its own kernels, on any number of threads.</summary>
[TestClass]
[DoNotParallelize]
public sealed class TrainingPassesTests
{
    private const int Classes = 5;

    private readonly MLContext _ml = new(seed: 0);

    [TestMethod]
    [DataRow(1, 28, 28, TorchCnnHead.Softmax, 0.0)]
    [DataRow(1, 29, 33, TorchCnnHead.Logits, 0.0)]
    [DataRow(3, 24, 28, TorchCnnHead.Logits, 0.2)]
    [DataRow(3, 32, 32, TorchCnnHead.Softmax, 0.1)]
    public void Training_without_autograd_gives_the_same_results_as_with_autograd(int channels, int height, int width, TorchCnnHead head, double labelSmoothing)
    {
        var view = View(new ImageShape(channels, height, width), rows: 50);
        var options = () => new TorchCnnTrainer.Options
        {
            Optimizer = TorchCnnOptimizer.Sgd,
            LearningRate = 0.05,
            Head = head,
            LabelSmoothing = labelSmoothing,
            BatchSize = 20,
            Epochs = 2,
            ValidationSets = [new("same", view)],
        };

        var expected = Train(view, options(), new TorchNetwork((shape, classes) => new Wrapper(TorchNetwork.BadNets.Create(shape, classes))));
        var actual = Train(view, options(), TorchNetwork.BadNets);

        Assert.HasCount(2, actual.Epochs);
        foreach (var (one, other) in expected.Epochs.Zip(actual.Epochs))
        {
            Assert.AreEqual(one.Loss, other.Loss, 1e-5);
            Assert.AreEqual(one.Validation["same"].Loss, other.Validation["same"].Loss, 1e-5);
            CollectionAssert.AreEqual(one.Validation["same"].PredictedClasses.ToArray(), other.Validation["same"].PredictedClasses.ToArray());
        }

        for (int i = 0; i < expected.Weights.Length; i++)
            Assert.AreEqual(expected.Weights[i], actual.Weights[i], 2e-5f, $"weight {i}");
    }

    [TestMethod]
    [DataRow("BadNets", 28, 150)]
    [DataRow("BadNets", 16, 131)]
    [DataRow("ResNet", 28, 131)]
    public void The_number_of_threads_does_not_change_a_bit(string name, int side, int rows)
    {
        if (SimdWidth.Widest is null)
            Assert.Inconclusive("Without fused multiply-adds, the network is computed by libtorch, whose rounding depends on the number of threads.");
        var network = name == "BadNets" ? TorchNetwork.BadNets : TorchNetwork.ResNet(8);
        var view = View(new ImageShape(1, side, side), rows);
        var results = Array.ConvertAll([1, Environment.ProcessorCount], threads => Train(view, new TorchCnnTrainer.Options
        {
            BatchSize = 64,
            Epochs = 2,
            Threads = threads,
            ValidationSets = [new("same", view)],
        }, network));

        CollectionAssert.AreEqual(results[0].Weights, results[1].Weights);
        Assert.AreEqual(results[0].Epochs[^1].Loss, results[1].Epochs[^1].Loss);
        Assert.AreEqual(results[0].Epochs[^1].Validation["same"].Loss, results[1].Epochs[^1].Validation["same"].Loss);
    }

    private (TorchCnnEpoch[] Epochs, float[] Weights) Train(IDataView view, TorchCnnTrainer.Options options, TorchNetwork network)
    {
        var epochs = new List<TorchCnnEpoch>();
        options.Network = network;
        options.EpochFinished = epochs.Add;
        using var model = _ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(view);
        return ([.. epochs], [.. model.Module.parameters().SelectMany(parameter => parameter.data<float>().ToArray())]);
    }

    private IDataView View(ImageShape shape, int rows)
    {
        var random = new Random(3);
        var images = Array.ConvertAll(Enumerable.Range(0, rows).ToArray(), i =>
        {
            var row = new Row { Image = new byte[shape.Size], Class = i % Classes };
            random.NextBytes(row.Image);
            return row;
        });
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Image)].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, shape.Channels, shape.Height, shape.Width);
        var view = _ml.Data.LoadFromEnumerable(images, schema);
        return _ml.Transforms.Conversion.MapValueToKey("Label", nameof(Row.Class)).Fit(view).Transform(view);
    }

    private sealed class Row
    {
        public byte[] Image { get; set; } = [];

        public int Class { get; set; }
    }

    /// <summary>A network of the user's that contains one of the library's, so that the trainer only knows its forward pass.</summary>
    private sealed class Wrapper : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> network;

        public Wrapper(nn.Module<Tensor, Tensor> network)
            : base(nameof(Wrapper))
        {
            this.network = network;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => network.call(input);
    }
}

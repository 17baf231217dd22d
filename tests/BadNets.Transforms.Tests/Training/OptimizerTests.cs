using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BadNets.Transforms.Tests.Training;

/// <summary>The optimizers match PyTorch's: they are compared with their definitions, implemented with libtorch's operators.</summary>
[TestClass]
[DoNotParallelize]
public sealed class OptimizerTests
{
    private const int Rows = 37;
    private const int BatchSize = 8;
    private const int Epochs = 4;

    private readonly MLContext _ml = new(seed: 0);

    [TestMethod]
    [DataRow(0.0, 0.0, false)]
    [DataRow(0.9, 0.0, false)]
    [DataRow(0.0, 0.01, false)]
    [DataRow(0.9, 0.01, false)]
    [DataRow(0.9, 0.01, true)]
    public void Sgd_is_bit_identical_to_PyTorch_s(double momentum, double weightDecay, bool isDouble)
    {
        var options = new TorchCnnTrainer.Options
        {
            Optimizer = TorchCnnOptimizer.Sgd, LearningRate = 0.05, Momentum = momentum, WeightDecay = weightDecay,
        };
        var (trained, initial) = Train(options, isDouble);
        using Scalar rate = -0.05, decay = weightDecay, kept = momentum, one = 1.0;
        var momenta = new Dictionary<Parameter, Tensor>();

        var expected = TrainByDefinition(initial, isDouble, (parameter, gradient, step) =>
        {
            if (weightDecay != 0)
                gradient = gradient.add(parameter, alpha: decay);
            if (momentum != 0)
            {
                gradient = step == 1 ? gradient.clone() : momenta[parameter].mul_(kept).add_(gradient, alpha: one);
                momenta[parameter] = gradient.DetachFromDisposeScope();
            }

            parameter.add_(gradient, alpha: rate);
        });

        CollectionAssert.AreEqual(expected, trained);
    }

    [TestMethod]
    [DataRow(TorchCnnOptimizer.Adam, null, false)]
    [DataRow(TorchCnnOptimizer.Adam, 0.02, false)]
    [DataRow(TorchCnnOptimizer.Adam, 0.02, true)]
    [DataRow(TorchCnnOptimizer.AdamW, null, false)]
    [DataRow(TorchCnnOptimizer.AdamW, 0.1, true)]
    public void Adam_matches_PyTorch_s_except_for_rounding(TorchCnnOptimizer optimizer, double? weightDecay, bool isDouble)
    {
        const double Rate = 0.003;
        var options = new TorchCnnTrainer.Options { Optimizer = optimizer, LearningRate = Rate, WeightDecay = weightDecay };
        var (trained, initial) = Train(options, isDouble);
        double decay = weightDecay ?? (optimizer == TorchCnnOptimizer.AdamW ? 0.01 : 0);
        var moments = new Dictionary<Parameter, (double[] Mean, double[] Variance)>();

        // In double precision, element by element, as in the paper.
        var expected = TrainByDefinition(initial, isDouble, (parameter, gradient, step) =>
        {
            using var values = parameter.detach().to(ScalarType.Float64).contiguous();
            using var gradients = gradient.to(ScalarType.Float64).contiguous();
            double[] w = values.data<double>().ToArray(), g = gradients.data<double>().ToArray();
            if (step == 1)
                moments[parameter] = (new double[w.Length], new double[w.Length]);
            var (mean, variance) = moments[parameter];
            for (int i = 0; i < w.Length; i++)
            {
                if (optimizer == TorchCnnOptimizer.AdamW)
                    w[i] *= 1 - Rate * decay;
                else
                    g[i] += decay * w[i];
                mean[i] = 0.9 * mean[i] + 0.1 * g[i];
                variance[i] = 0.999 * variance[i] + 0.001 * g[i] * g[i];
                w[i] -= Rate * (mean[i] / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(variance[i] / (1 - Math.Pow(0.999, step))) + 1e-8);
            }

            using var updated = tensor(w).to(parameter.dtype).reshape(parameter.shape);
            parameter.copy_(updated);
        });

        Assert.HasCount(expected.Length, trained);
        double tolerance = isDouble ? 1e-9 : 2e-5;
        for (int i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], trained[i], tolerance, $"weight {i}");
    }

    [TestMethod]
    public void A_parameter_that_the_loss_does_not_depend_on_does_not_change()
    {
        foreach (var optimizer in Enum.GetValues<TorchCnnOptimizer>())
        {
            SmallNetwork? network = null;
            var before = Array.Empty<double>();
            using var model = Fit(new TorchCnnTrainer.Options { Optimizer = optimizer }, (shape, classes) =>
            {
                network = new SmallNetwork(classes, isDouble: false);
                before = ValuesOf(network.Unused);
                return network;
            });

            CollectionAssert.AreEqual(before, ValuesOf(network!.Unused), optimizer.ToString());
        }
    }

    [TestMethod]
    public void Invalid_settings_are_named()
    {
        foreach (var (name, options) in new (string, TorchCnnTrainer.Options)[]
        {
            ("Momentum", new() { Optimizer = TorchCnnOptimizer.Sgd, Momentum = 1 }),
            ("Momentum", new() { Optimizer = TorchCnnOptimizer.Sgd, Momentum = double.NaN }),
            ("Momentum", new() { Optimizer = TorchCnnOptimizer.Adam, Momentum = 0.9 }),
            ("WeightDecay", new() { WeightDecay = -0.1 }),
            ("WeightDecay", new() { WeightDecay = double.PositiveInfinity }),
        })
        {
            var refusal = Assert.Throws<ArgumentException>(() => _ml.MulticlassClassification.Trainers.TorchCnn(options));
            Assert.Contains(name, refusal.Message + refusal.ParamName);
        }
    }

    private (double[] Trained, Dictionary<string, Tensor> Initial) Train(TorchCnnTrainer.Options options, bool isDouble)
    {
        SmallNetwork? network = null;
        var initial = new Dictionary<string, Tensor>();
        using var model = Fit(options, (_, classes) =>
        {
            network = new SmallNetwork(classes, isDouble);
            foreach (var (name, parameter) in network.named_parameters())
                initial.Add(name, parameter.detach().clone().DetachFromDisposeScope());
            return network;
        });
        return (ValuesOf(network!), initial);
    }

    private TorchCnnTransformer Fit(TorchCnnTrainer.Options options, Func<ImageShape, int, nn.Module<Tensor, Tensor>> factory)
    {
        options.Network = new TorchNetwork(factory);
        options.BatchSize = BatchSize;
        options.Epochs = Epochs;
        return _ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(GrayImages.View(_ml, Rows));
    }

    /// <summary>A typical hand-written training loop, with the rows in the order of PyTorch's loader with seed 0.</summary>
    private static double[] TrainByDefinition(Dictionary<string, Tensor> initial, bool isDouble, Action<Parameter, Tensor, int> update)
    {
        using var scope = NewDisposeScope();
        var rows = GrayImages.Make(Rows);
        var images = stack(rows.Select(row => PixelsOf(row.Image)));
        var labels = tensor(Array.ConvertAll(rows, row => (long)row.Digit));
        using var network = new SmallNetwork(classes: 3, isDouble);
        var parameters = network.named_parameters().ToArray();
        using (no_grad())
        {
            foreach (var (name, parameter) in parameters)
                parameter.copy_(initial[name]);
        }

        using var generator = new Generator(0);
        int step = 0;
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            empty(1, dtype: ScalarType.Int64).random_(0, 1L << 60, generator);
            var order = randperm(Rows, generator: generator);
            randperm(Rows, generator: generator);
            for (int first = 0; first < Rows; first += BatchSize)
            {
                var batch = order.narrow(0, first, Math.Min(BatchSize, Rows - first));
                nn.functional.cross_entropy(network.call(images.index_select(0, batch)), labels.index_select(0, batch)).backward();
                step++;
                using var noGradients = no_grad();
                foreach (var (_, parameter) in parameters)
                {
                    if (parameter.grad is { } gradient)
                        update(parameter, gradient, step);
                    parameter.grad = null;
                }
            }
        }

        return ValuesOf(network);
    }

    private static Tensor PixelsOf(byte[] image) =>
        tensor(Array.ConvertAll(image, pixel => (pixel / 255f - 0.5f) / 0.5f), [1, GrayImages.Side, GrayImages.Side]);

    private static double[] ValuesOf(nn.Module network) => [.. network.parameters().SelectMany(ValuesOf)];

    private static double[] ValuesOf(Tensor tensor)
    {
        using var values = tensor.detach().to(ScalarType.Float64).contiguous();
        return values.data<double>().ToArray();
    }

    /// <summary>A network with layer sizes that are not multiples of a vector, and an unused parameter.</summary>
    private sealed class SmallNetwork : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> hidden;
        private readonly nn.Module<Tensor, Tensor> output;
        private readonly Parameter unused;
        private readonly bool _isDouble;

        public SmallNetwork(int classes, bool isDouble)
            : base(nameof(SmallNetwork))
        {
            _isDouble = isDouble;
            var type = isDouble ? ScalarType.Float64 : ScalarType.Float32;
            hidden = nn.Linear(GrayImages.Side * GrayImages.Side, 29, dtype: type);
            output = nn.Linear(29, classes, dtype: type);
            unused = new Parameter(ones(5, dtype: type));
            RegisterComponents();
        }

        public Parameter Unused => unused;

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var x = input.flatten(1);
            if (_isDouble)
                x = x.to(ScalarType.Float64);
            return output.call(hidden.call(x).relu()).to(ScalarType.Float32).MoveToOuterDisposeScope();
        }
    }
}

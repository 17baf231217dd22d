using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms.Tests.Networks;

/// <summary>Residual networks give the same results as libtorch's operators in double precision, in training and evaluation and for all kinds of gradients.</summary>
[TestClass]
[DoNotParallelize]
public sealed class ResidualLayersTests
{
    public static IEnumerable<object[]> Cases =>
    [
        // layers, channels, height, width, rows
        [8, 3, 8, 8, 1],
        [8, 3, 32, 32, 5],
        [8, 1, 9, 14, 3],
        [14, 3, 17, 33, 2],
        [20, 3, 32, 32, 9],
        [8, 16, 11, 10, 4],
    ];

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Training_matches_libtorch(int layers, int channels, int height, int width, int rows) =>
        Compare(layers, channels, height, width, rows, network => network.train());

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Gradients_in_evaluation_mode_match_libtorch(int layers, int channels, int height, int width, int rows) =>
        Compare(layers, channels, height, width, rows, network => network.eval());

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Gradients_of_only_the_input_match_libtorch(int layers, int channels, int height, int width, int rows) =>
        Compare(layers, channels, height, width, rows, network =>
        {
            network.eval();
            foreach (var parameter in network.parameters())
                parameter.requires_grad = false;
        });

    [TestMethod]
    public void Training_of_some_layers_matches_libtorch() => Compare(14, 3, 12, 12, 6, network =>
    {
        network.train();
        foreach (var (name, module) in network.named_modules())
        {
            if (!name.StartsWith("layer2.1.", StringComparison.Ordinal) && name != "layer1.0.bn1")
                continue;
            module.eval();
            foreach (var parameter in module.parameters())
                parameter.requires_grad = false;
        }
    });

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Scoring_matches_libtorch(int layers, int channels, int height, int width, int rows)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var network = Create(layers, channels, height, width);
        network.eval();
        var images = Images(rows, channels, height, width);

        var outputs = network.call(images);

        AssertClose(Reference(network, Doubles(network), images.to(ScalarType.Float64)), outputs, "outputs");
    }

    [TestMethod]
    [DataRow(1, 3)]
    [DataRow(3, 1)]
    public void Images_with_another_number_of_channels_are_rejected(int channels, int others)
    {
        using var scope = NewDisposeScope();
        using var network = Create(8, channels, 8, 8);
        Assert.Throws<Exception>(() => network.call(Images(2, others, 8, 8)));
    }

    [TestMethod]
    public void An_empty_batch_gives_no_outputs()
    {
        using var scope = NewDisposeScope();
        using var network = Create(8, 3, 8, 8);
        network.eval();
        CollectionAssert.AreEqual(new long[] { 0, 7 }, network.call(Images(1, 3, 8, 8).narrow(0, 0, 0)).shape);
    }

    [TestMethod]
    public void Double_precision_works()
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var network = Create(8, 3, 8, 8);
        network.eval();
        var images = Images(2, 3, 8, 8);
        var single = network.call(images);
        network.to(ScalarType.Float64);
        AssertClose(network.call(images.to(ScalarType.Float64)), single, "outputs");
    }

    [TestMethod]
    public void Results_do_not_depend_on_the_number_of_threads()
    {
        int before = get_num_threads();
        try
        {
            var expected = TrainAndScore(threads: 1);
            foreach (int threads in (int[])[2, 3, 5])
            {
                var actual = TrainAndScore(threads);
                foreach (var (name, values) in expected)
                    CollectionAssert.AreEqual(values, actual[name], $"{name} with {threads} threads");
            }
        }
        finally
        {
            set_num_threads(before);
        }
    }

    // The results of the layers that libtorch does not compute.
    private static Dictionary<string, byte[]> TrainAndScore(int threads)
    {
        using var scope = NewDisposeScope();
        using var network = Create(20, 3, 20, 20);
        var block = (nn.Module<Tensor, Tensor>)network.named_modules().Single(module => module.name == "layer2.0").module;
        set_num_threads(threads);
        network.train();
        var images = Images(21, 16, 20, 20).requires_grad_();
        var outputs = block.call(images);
        var weights = Images(21, 32, 10, 10);
        outputs.mul(weights).sum().backward();
        block.eval();
        using var noGradients = no_grad();
        Dictionary<string, Tensor> all = new() { ["outputs"] = outputs, ["input gradient"] = images.grad!, ["scores"] = block.call(images) };
        foreach (var (name, parameter) in block.named_parameters())
            all.Add($"gradient of {name}", parameter.grad!);
        foreach (var (name, buffer) in block.named_buffers())
            all.Add(name, buffer);
        return all.ToDictionary(entry => entry.Key, entry => entry.Value.contiguous().bytes.ToArray());
    }

    private static void Compare(int layers, int channels, int height, int width, int rows, Action<nn.Module<Tensor, Tensor>> prepare)
    {
        using var scope = NewDisposeScope();
        using var network = Create(layers, channels, height, width);
        prepare(network);
        var weights = Doubles(network);
        var images = Images(rows, channels, height, width).requires_grad_();
        var doubles = images.detach().to(ScalarType.Float64).requires_grad_();
        var labels = arange(rows, dtype: ScalarType.Int64).remainder(tensor(7L));

        var outputs = network.call(images);
        nn.functional.cross_entropy(outputs, labels).backward();
        var expected = Reference(network, weights, doubles);
        nn.functional.cross_entropy(expected, labels).backward();

        AssertClose(expected, outputs, "outputs");
        AssertClose(doubles.grad!, images.grad!, "gradient of the input");
        foreach (var (name, parameter) in network.named_parameters())
        {
            if (parameter.requires_grad)
                AssertClose(weights[name].grad!, parameter.grad!, $"gradient of {name}");
            else
                Assert.IsNull(parameter.grad, name);
        }

        foreach (var (name, buffer) in network.named_buffers())
            AssertClose(weights[name], buffer, name);
    }

    private static nn.Module<Tensor, Tensor> Create(int layers, int channels, int height, int width)
    {
        var network = TorchNetwork.ResNet(layers).Create(new ImageShape(channels, height, width), 7, seed: 3);
        using var noGradients = no_grad();
        using var generator = new Generator(4);
        foreach (var (name, buffer) in network.named_buffers())
        {
            if (name.EndsWith("running_mean", StringComparison.Ordinal))
                buffer.normal_(generator: generator);
            else if (name.EndsWith("running_var", StringComparison.Ordinal))
                buffer.uniform_(0.5, 2, generator);
        }

        foreach (var (name, parameter) in network.named_parameters())
        {
            if (name.Contains("bn", StringComparison.Ordinal))
                parameter.uniform_(0.5, 1.5, generator);
        }

        return network;
    }

    private static Tensor Images(int rows, int channels, int height, int width)
    {
        using var generator = new Generator(5);
        return randn([rows, channels, height, width], dtype: ScalarType.Float32, generator: generator);
    }

    private static Dictionary<string, Tensor> Doubles(nn.Module<Tensor, Tensor> network)
    {
        var copies = network.named_buffers().ToDictionary(entry => entry.name, entry => entry.buffer.to(ScalarType.Float64, copy: true));
        foreach (var (name, parameter) in network.named_parameters())
            copies.Add(name, parameter.detach().to(ScalarType.Float64, copy: true).requires_grad_());
        return copies;
    }

    // The network in libtorch's operators. The running statistics among the weights are updated.
    private static Tensor Reference(nn.Module<Tensor, Tensor> network, Dictionary<string, Tensor> weights, Tensor images)
    {
        var isTraining = network.named_modules().ToDictionary(module => module.name, module => module.module.training);
        Tensor Normalize(string layer, Tensor x)
        {
            if (isTraining[layer])
                weights[$"{layer}.num_batches_tracked"].add_(1);
            return nn.functional.batch_norm(
                x, weights[$"{layer}.running_mean"], weights[$"{layer}.running_var"], weights[$"{layer}.weight"], weights[$"{layer}.bias"], isTraining[layer], 0.1, 1e-5);
        }

        Tensor Convolve(string layer, Tensor x, int stride = 1) => nn.functional.conv2d(x, weights[$"{layer}.weight"], strides: [stride, stride], padding: [1, 1]);

        var x = Normalize("bn1", Convolve("conv1", images)).relu();
        for (int stage = 1; stage <= 3; stage++)
        {
            for (int i = 0; weights.ContainsKey($"layer{stage}.{i}.conv1.weight"); i++)
            {
                string block = $"layer{stage}.{i}";
                int stride = i == 0 && stage > 1 ? 2 : 1;
                var inner = Normalize($"{block}.bn1", Convolve($"{block}.conv1", x, stride)).relu();
                var shortcut = x;
                if (stride == 2)
                {
                    shortcut = x[TensorIndex.Ellipsis, TensorIndex.Slice(step: 2), TensorIndex.Slice(step: 2)];
                    long more = shortcut.shape[1] / 2;
                    shortcut = nn.functional.pad(shortcut, [0, 0, 0, 0, more, more]);
                }

                x = (Normalize($"{block}.bn2", Convolve($"{block}.conv2", inner)) + shortcut).relu();
            }
        }

        return nn.functional.linear(x.mean([2, 3]), weights["linear.weight"], weights["linear.bias"]);
    }

    // By the Euclidean norm, because a rounding error can change the sign of an argument of ReLU, and with it a few elements of a gradient.
    private static void AssertClose(Tensor expected, Tensor actual, string what)
    {
        double Norm(Tensor tensor) => Math.Sqrt(tensor.detach().to(ScalarType.Float64).square().sum().item<double>());
        double scale = Norm(expected), error = Norm(expected - actual.to(ScalarType.Float64));
        Assert.IsLessThanOrEqualTo(2e-4 * scale + 1e-7, error, $"{what} differ by {error} where the norm is {scale}");
    }
}

using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BadNets.Transforms.Tests.Networks;

/// <summary>The residual networks match their papers, and give the same results as plain operators.</summary>
[TestClass]
[DoNotParallelize]
public sealed class ResidualNetworkTests
{
    private static readonly ImageShape Cifar = new(3, 32, 32);

    private readonly MLContext _ml = new(seed: 0);

    public static IEnumerable<object[]> Small => [["ResNet8", 3, 8, 8], ["ResNet20", 1, 28, 28], ["ResNet14", 2, 9, 14], ["PreActResNet18", 3, 8, 11]];

    [TestMethod]
    [DataRow(20, 269_722)]
    [DataRow(32, 464_154)]
    [DataRow(44, 658_586)]
    [DataRow(56, 853_018)]
    [DataRow(110, 1_727_962)]
    public void ResNet_has_the_paper_s_number_of_parameters(int layers, long expected)
    {
        using var network = TorchNetwork.ResNet(layers).Create(Cifar, 10);
        Assert.AreEqual(expected, network.parameters().Sum(parameter => parameter.numel()));
        Assert.AreEqual(layers, network.modules().Count(module => module is Conv2d or Linear));
    }

    [TestMethod]
    public void PreActResNet18_has_the_usual_number_of_parameters()
    {
        using var network = TorchNetwork.PreActResNet18.Create(Cifar, 10);
        Assert.AreEqual(11_171_146, network.parameters().Sum(parameter => parameter.numel()));
    }

    [TestMethod]
    public void Tensors_have_the_names_of_the_usual_PyTorch_implementations()
    {
        using var resNet = TorchNetwork.ResNet().Create(Cifar, 10);
        using var preAct = TorchNetwork.PreActResNet18.Create(Cifar, 10);
        foreach (string name in (string[])["conv1.weight", "bn1.running_mean", "bn1.num_batches_tracked", "layer1.0.conv1.weight", "layer3.2.bn2.bias", "linear.weight", "linear.bias"])
            Assert.IsTrue(resNet.state_dict().ContainsKey(name), name);
        foreach (string name in (string[])["conv1.weight", "layer1.0.bn1.weight", "layer2.0.shortcut.0.weight", "layer4.1.conv2.weight", "linear.weight"])
            Assert.IsTrue(preAct.state_dict().ContainsKey(name), name);
        Assert.IsFalse(preAct.state_dict().ContainsKey("layer1.0.shortcut.0.weight"));
    }

    [TestMethod]
    [DataRow(7)]
    [DataRow(2)]
    [DataRow(21)]
    [DataRow(-4)]
    public void Other_depths_of_ResNet_are_rejected(int layers) =>
        Refusal.Of<ArgumentOutOfRangeException>(() => TorchNetwork.ResNet(layers), "6n + 2", $"but is {layers}");

    [TestMethod]
    public void The_same_depth_is_the_same_network() => Assert.AreSame(TorchNetwork.ResNet(26), TorchNetwork.ResNet(26));

    [TestMethod]
    public void Images_that_are_too_small_are_rejected()
    {
        Refusal.Of<ArgumentException>(() => TorchNetwork.ResNet().Create(new ImageShape(3, 7, 32), 10), "ResNet", "8×8", "32×7");
        Refusal.Of<ArgumentException>(() => TorchNetwork.PreActResNet18.Create(new ImageShape(3, 32, 7), 10), "PreActResNet18", "8×8", "7×32");
    }

    [TestMethod]
    [DynamicData(nameof(Small))]
    public void Outputs_and_gradients_match_plain_operators(string name, int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var network = Create(name, new ImageShape(channels, height, width), 5, seed: 3);
        using var plain = Create(name, new ImageShape(channels, height, width), 5, seed: 3);
        using var generator = new Generator(5);
        var images = randn([6, channels, height, width], generator: generator);
        var labels = randint(0, 5, [6], dtype: ScalarType.Int64, generator: generator);
        network.train();
        plain.train();

        var outputs = network.call(images);
        nn.functional.cross_entropy(outputs, labels).backward();
        var expected = Plain(plain.state_dict(), name, images);
        nn.functional.cross_entropy(expected, labels).backward();

        CollectionAssert.AreEqual(new long[] { 6, 5 }, outputs.shape);
        AssertClose(expected, outputs, "outputs");
        foreach (var ((parameterName, parameter), (_, plainParameter)) in network.named_parameters().Zip(plain.named_parameters()))
        {
            AssertClose(plainParameter.grad!, parameter.grad!, parameterName);
            Assert.IsTrue(parameter.grad!.abs().max().item<float>() > 0, $"{parameterName} has no gradient");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Small))]
    public void An_image_s_outputs_do_not_depend_on_its_batch_in_evaluation(string name, int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var network = Create(name, new ImageShape(channels, height, width), 3);
        var images = randn(7, channels, height, width);
        network.train();
        network.call(images);
        network.eval();
        var before = network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());

        var all = network.call(images);
        for (int i = 0; i < 7; i++)
            AssertClose(all.narrow(0, i, 1), network.call(images.narrow(0, i, 1)), $"image {i}");
        foreach (var (tensor, value) in network.state_dict())
            AssertSame(before[tensor], value, tensor);
    }

    [TestMethod]
    public void Blocks_without_weights_return_their_input()
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var network = TorchNetwork.PreActResNet18.Create(new ImageShape(3, 8, 8), 4);
        network.eval();
        foreach (var (name, parameter) in network.named_parameters())
        {
            if (name.EndsWith("conv2.weight", StringComparison.Ordinal))
                parameter.zero_();
        }

        var block = (nn.Module<Tensor, Tensor>)network.named_modules().Single(module => module.name == "layer3.1").module;
        var input = randn(2, 256, 2, 2);
        AssertSame(input, block.call(input), "the block's outputs");
    }

    [TestMethod]
    public void Batch_statistics_match_TorchSharp_s_layer()
    {
        using var scope = NewDisposeScope();
        using var network = TorchNetwork.ResNet(8).Create(new ImageShape(1, 8, 8), 2);
        var ours = (nn.Module<Tensor, Tensor>)network.named_modules().Single(module => module.name == "bn1").module;
        using var theirs = nn.BatchNorm2d(16);
        for (int i = 0; i < 3; i++)
        {
            var input = randn(4, 16, 5, 5);
            AssertSame(theirs.call(input), ours.call(input), "outputs");
        }

        foreach (var (name, tensor) in theirs.state_dict())
            AssertSame(tensor, ours.state_dict()[name], name);
        Assert.AreEqual(3, theirs.num_batches_tracked!.item<long>());
    }

    [TestMethod]
    [DataRow("ResNet8", 1e-3)]
    [DataRow("PreActResNet18", 1e-3)]
    public void A_network_learns_and_is_bit_identical_after_saving_and_loading(string name, double learningRate)
    {
        var view = GrayImages.View(_ml, 48);
        var losses = new List<double>();
        using var model = _ml.MulticlassClassification.Trainers.TorchCnn(new TorchCnnTrainer.Options
        {
            Network = Network(name),
            Epochs = 4,
            BatchSize = 16,
            LearningRate = learningRate,
            EpochFinished = epoch => losses.Add(epoch.Loss),
        }).Fit(view);

        Assert.IsLessThan(losses[0] / 2, losses[^1]);
        byte[] file = ModelFile.Save(_ml, model, view.Schema);
        foreach (var loaded in (ITransformer[])[new MLContext().Model.Load(new MemoryStream(file), out _), new MLContext().Model.LoadChecked(new MemoryStream(file))])
        {
            float[][] expected = model.Transform(view).Vectors<float>("Score"), actual = loaded.Transform(view).Vectors<float>("Score");
            for (int i = 0; i < expected.Length; i++)
                CollectionAssert.AreEqual(expected[i], actual[i]);
            ((IDisposable)loaded).Dispose();
        }
    }

    [TestMethod]
    public void Scoring_a_large_batch_keeps_no_memory_of_earlier_layers()
    {
        using var network = TorchNetwork.ResNet(110).Create(new ImageShape(3, 32, 32), 10);
        network.eval();
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var images = randn(64, 3, 32, 32);
        long alive = 0;
        foreach (var (_, module) in network.named_modules())
        {
            if (module is Linear linear)
            {
                linear.register_forward_pre_hook((_, input) =>
                {
                    alive = Tensor.TotalCount;
                    return input;
                });
            }
        }

        long before = Tensor.TotalCount;
        network.call(images);

        Assert.IsLessThan(10, alive - before);
    }

    private static TorchNetwork Network(string name) =>
        name == "PreActResNet18" ? TorchNetwork.PreActResNet18 : TorchNetwork.ResNet(int.Parse(name["ResNet".Length..], System.Globalization.CultureInfo.InvariantCulture));

    private static nn.Module<Tensor, Tensor> Create(string name, ImageShape shape, int classes, long seed = 0) => Network(name).Create(shape, classes, seed);

    private static Tensor Plain(Dictionary<string, Tensor> weights, string name, Tensor images)
    {
        Tensor Normalize(string layer, Tensor x)
        {
            // By definition, over rows and pixels.
            var mean = x.mean([0, 2, 3], keepdim: true);
            var variance = (x - mean).square().mean([0, 2, 3], keepdim: true);
            return (x - mean) / (variance + 1e-5).sqrt() * weights[$"{layer}.weight"].view(1, -1, 1, 1) + weights[$"{layer}.bias"].view(1, -1, 1, 1);
        }

        Tensor Convolve(string layer, Tensor x, int stride, int padding = 1) => nn.functional.conv2d(x, weights[$"{layer}.weight"], strides: [stride, stride], padding: [padding, padding]);

        bool isPreAct = name == "PreActResNet18";
        var x = Convolve("conv1", images, 1);
        if (!isPreAct)
            x = Normalize("bn1", x).relu();
        for (int stage = 1; weights.ContainsKey($"layer{stage}.0.conv1.weight"); stage++)
        {
            for (int i = 0; weights.ContainsKey($"layer{stage}.{i}.conv1.weight"); i++)
            {
                string block = $"layer{stage}.{i}";
                int stride = i == 0 && stage > 1 ? 2 : 1;
                if (isPreAct)
                {
                    var inner = Normalize($"{block}.bn1", x).relu();
                    var shortcut = stride == 2 ? Convolve($"{block}.shortcut.0", inner, 2, 0) : x;
                    x = Convolve($"{block}.conv2", Normalize($"{block}.bn2", Convolve($"{block}.conv1", inner, stride)).relu(), 1) + shortcut;
                }
                else
                {
                    var inner = Normalize($"{block}.bn1", Convolve($"{block}.conv1", x, stride)).relu();
                    inner = Normalize($"{block}.bn2", Convolve($"{block}.conv2", inner, 1));
                    x = (inner + (stride == 2 ? Pad(x) : x)).relu();
                }
            }
        }

        return nn.functional.linear(x.mean([2, 3]), weights["linear.weight"], weights["linear.bias"]);

        static Tensor Pad(Tensor x)
        {
            var half = x[TensorIndex.Ellipsis, TensorIndex.Slice(step: 2), TensorIndex.Slice(step: 2)];
            var zeros = zeros_like(half).narrow(1, 0, half.shape[1] / 2);
            return cat([zeros, half, zeros], 1);
        }
    }

    private static void AssertSame(Tensor expected, Tensor actual, string what) => Assert.IsTrue(expected.eq(actual).all().item<bool>(), what);

    private static void AssertClose(Tensor expected, Tensor actual, string what)
    {
        double scale = expected.abs().max().item<float>(), error = (expected - actual).abs().max().item<float>();
        Assert.IsLessThanOrEqualTo(2e-4 * scale + 1e-7, error, $"{what} differ by {error} where the largest is {scale}");
    }
}

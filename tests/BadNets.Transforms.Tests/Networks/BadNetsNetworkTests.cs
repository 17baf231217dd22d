using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms.Tests.Networks;

/// <summary>The BadNets network gives the same results as libtorch's own operators, regardless of its kernels.</summary>
[TestClass]
[DoNotParallelize]
public sealed class BadNetsNetworkTests
{
    [TestMethod]
    [DataRow(1, 28, 28, 64)]
    [DataRow(3, 32, 32, 7)]
    [DataRow(1, 17, 19, 33)]
    [DataRow(2, 16, 16, 1)]
    [DataRow(1, 29, 40, 5)]
    public void Outputs_and_gradients_match_plain_operators(int channels, int height, int width, int rows)
    {
        using var scope = NewDisposeScope();
        using var network = TorchNetwork.BadNets.Create(new ImageShape(channels, height, width), 10, seed: 3);
        using var plain = TorchNetwork.BadNets.Create(new ImageShape(channels, height, width), 10, seed: 3);
        using var generator = new Generator(5);
        var images = randn([rows, channels, height, width], generator: generator);
        var labels = randint(0, 10, [rows], dtype: ScalarType.Int64, generator: generator);

        var outputs = network.call(images);
        nn.functional.cross_entropy(outputs, labels).backward();
        var expected = Plain(plain, images);
        nn.functional.cross_entropy(expected, labels).backward();

        AssertClose(expected, outputs, "outputs");
        foreach (var ((name, parameter), (_, plainParameter)) in network.named_parameters().Zip(plain.named_parameters()))
            AssertClose(plainParameter.grad!, parameter.grad!, name);
    }

    [TestMethod]
    public void Evaluation_and_training_give_the_same_outputs()
    {
        using var scope = NewDisposeScope();
        using var network = TorchNetwork.BadNets.Create(new ImageShape(1, 28, 28), 10);
        var images = randn(20, 1, 28, 28);

        var training = network.call(images);
        using var noGradients = no_grad();

        Assert.IsTrue(training.detach().eq(network.call(images)).all().item<bool>());
    }

    [TestMethod]
    public void Images_that_are_not_contiguous_are_read_correctly()
    {
        using var scope = NewDisposeScope();
        using var network = TorchNetwork.BadNets.Create(new ImageShape(3, 20, 24), 4);
        var turned = randn(6, 24, 20, 3).permute(0, 3, 2, 1);

        AssertClose(network.call(turned.contiguous()), network.call(turned), "outputs");
    }

    [TestMethod]
    [DataRow(32)]
    [DataRow(24)]
    public void Images_of_another_size_are_rejected(int side)
    {
        using var scope = NewDisposeScope();
        using var network = TorchNetwork.BadNets.Create(new ImageShape(1, 28, 28), 10);
        var images = zeros(16, 1, side, side);

        var failure = Assert.Throws<System.Runtime.InteropServices.ExternalException>(() => network.call(images));

        StringAssert.Contains(failure.Message, "cannot be multiplied");
    }

    [TestMethod]
    public void The_number_of_threads_does_not_affect_convolutions()
    {
        using var scope = NewDisposeScope();
        using var network = TorchNetwork.BadNets.Create(new ImageShape(1, 28, 28), 10);
        using var generator = new Generator(5);
        var images = randn([100, 1, 28, 28], generator: generator);
        float[] Gradient()
        {
            network.zero_grad();
            network.call(images).sum().backward();
            return network.named_parameters().Single(entry => entry.name == "conv1.bias").parameter.grad!.data<float>().ToArray();
        }

        var one = Gradient();
        set_num_threads(2);
        try
        {
            var two = Gradient();
            for (int i = 0; i < one.Length; i++)
                Assert.AreEqual(one[i], two[i], 1e-3f * Math.Abs(one[i]));
        }
        finally
        {
            set_num_threads(1);
        }
    }

    [TestMethod]
    public void The_host_s_default_type_has_no_effect()
    {
        using var scope = NewDisposeScope();
        using var network = TorchNetwork.BadNets.Create(new ImageShape(1, 28, 28), 10);
        var images = ones(3, 1, 28, 28);
        var expected = network.call(images);
        set_default_dtype(ScalarType.Float64);
        try
        {
            var outputs = network.call(images);

            Assert.AreEqual(ScalarType.Float32, outputs.dtype);
            AssertClose(expected, outputs, "outputs");
        }
        finally
        {
            set_default_dtype(ScalarType.Float32);
        }
    }

    [TestMethod]
    public void Creating_a_network_does_not_affect_the_host_s_random_numbers()
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        float expected = rand(1).item<float>();

        manual_seed(7);
        TorchNetwork.BadNets.Create(new ImageShape(1, 16, 16), 3).Dispose();

        Assert.AreEqual(expected, rand(1).item<float>());
    }

    [TestMethod]
    [DataRow("DOTNET_EnableHWIntrinsic")]
    [DataRow("DOTNET_EnableAVX512")]
    public async Task Processors_with_narrower_vectors_pass_these_tests_too(string feature)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        start.ArgumentList.Add(typeof(BadNetsNetworkTests).Assembly.Location);
        start.ArgumentList.Add("--filter");
        start.ArgumentList.Add(
            $"(ClassName={typeof(BadNetsNetworkTests).FullName}|ClassName={typeof(TrainingPassesTests).FullName})&FullyQualifiedName!~{nameof(Processors_with_narrower_vectors_pass_these_tests_too)}");
        start.Environment[feature] = "0";
        using var process = Process.Start(start)!;

        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.AreEqual(0, process.ExitCode, output);
        Assert.MatchesRegex("succeeded: [1-9]", output);
    }

    private static Tensor Plain(nn.Module<Tensor, Tensor> network, Tensor images)
    {
        var p = network.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        var features = nn.functional.avg_pool2d(nn.functional.conv2d(images, p["conv1.weight"], p["conv1.bias"]).relu(), 2);
        features = nn.functional.avg_pool2d(nn.functional.conv2d(features, p["conv2.weight"], p["conv2.bias"]).relu(), 2);
        var hidden = nn.functional.linear(features.flatten(1), p["fc1.weight"], p["fc1.bias"]).relu();
        return nn.functional.linear(hidden, p["fc2.weight"], p["fc2.bias"]);
    }

    private static void AssertClose(Tensor expected, Tensor actual, string what)
    {
        double scale = expected.abs().max().item<float>(), error = (expected - actual).abs().max().item<float>();
        Assert.IsLessThanOrEqualTo(2e-5 * scale, error, $"{what} differ by {error} where the largest is {scale}");
    }
}

using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms.Tests;

/// <summary>The errors for networks that do not fit the images. Probing a network does not change anything.</summary>
[TestClass]
public sealed class WrongNetworkTests
{
    private readonly MLContext _ml = new(seed: 0);

    [TestMethod]
    public void A_layer_of_the_wrong_size_is_named_with_what_it_was_given()
    {
        var network = TorchNetwork.Register("tests/wrong", (_, classes) => nn.Sequential(
            ("features", nn.Sequential(("conv", nn.Conv2d(1, 8, 5)), ("pool", nn.AvgPool2d(2)))),
            ("head", nn.Sequential(("flatten", nn.Flatten()), ("out", nn.Linear(100, classes))))));

        var refusal = Refusal.Of<InvalidOperationException>(
            () => Fit(network), "The network 'tests/wrong'", "2×1×16×16", "layer 'head.out' (Linear), given 2×288,", "288 and 100x3");
        Assert.DoesNotContain("\n", refusal.Message);
        Assert.IsInstanceOfType<ExternalException>(refusal.InnerException);
    }

    [TestMethod]
    public void Probing_a_network_does_not_change_its_batch_statistics()
    {
        float[]? means = null;
        Fit(new((_, classes) =>
        {
            var normalization = nn.BatchNorm2d(1);
            normalization.register_forward_pre_hook((_, input) =>
            {
                if (normalization.training)
                    means ??= [.. normalization.running_mean!.data<float>().ToArray(), .. normalization.running_var!.data<float>().ToArray()];
                return input;
            });
            return nn.Sequential(("normalization", normalization), ("flatten", nn.Flatten()), ("out", nn.Linear(GrayImages.Side * GrayImages.Side, classes)));
        }));

        CollectionAssert.AreEqual(new[] { 0f, 1f }, means);
    }

    [TestMethod]
    public void A_failure_outside_all_layers_is_reported_without_a_layer() => Refusal.Of<InvalidOperationException>(
        () => Fit(new((_, _) => new OwnForward(input => input.reshape(3, 5)))), "The network cannot take a batch of 2×1×16×16: it failed: shape '[3, 5]'");

    [TestMethod]
    public void A_failure_in_training_only_is_explained_too() => Refusal.Of<InvalidOperationException>(
        () => Fit(new((shape, classes) => new TrainingFailure(shape.Size, classes))), "16×1×16×16", "Only in training.");

    [TestMethod]
    public void Running_out_of_memory_is_not_reported_as_a_wrong_network() => Refusal.Of<ExternalException>(
        () => Fit(new((_, _) => new OwnForward(_ => zeros(1L << 50)))), "can't allocate memory");

    [TestMethod]
    public void A_factory_that_fails_in_libtorch_is_explained_in_one_line()
    {
        var refusal = Refusal.Of<InvalidOperationException>(
            () => Fit(new((_, classes) => nn.Linear(-1, classes))), "The network could not be created for images of 1×16×16 and 3 classes", "negative dimension");
        Assert.DoesNotContain("\n", refusal.Message);
    }

    [TestMethod]
    public void Probing_a_network_does_not_affect_the_random_stream_of_training()
    {
        var states = new List<byte[]>();
        Fit(new((shape, classes) => new Drawing(shape.Size, classes, states)));

        CollectionAssert.AreEqual(states[0], states[1]);
        CollectionAssert.AreNotEqual(states[1], states[2]);
    }

    private void Fit(TorchNetwork network) => _ml.MulticlassClassification.Trainers
        .TorchCnn(new TorchCnnTrainer.Options { Network = network, Epochs = 1, BatchSize = 16 }).Fit(GrayImages.View(_ml, 40)).Dispose();

    private sealed class OwnForward(Func<Tensor, Tensor> compute) : nn.Module<Tensor, Tensor>(nameof(OwnForward))
    {
        public override Tensor forward(Tensor input) => compute(input);
    }

    private sealed class TrainingFailure : nn.Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Linear layer;

        public TrainingFailure(int size, int classes)
            : base(nameof(TrainingFailure))
        {
            layer = nn.Linear(size, classes);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => training ? throw new NotSupportedException("Only in training.") : layer.call(input.flatten(1));
    }

    // Draws from libtorch's generator in both training and evaluation mode, and records its state.
    private sealed class Drawing : nn.Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Linear layer;
        private readonly List<byte[]> _states;

        public Drawing(int size, int classes, List<byte[]> states)
            : base(nameof(Drawing))
        {
            _states = states;
            layer = nn.Linear(size, classes);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var generator = Generator.Default;
            using var state = generator.get_state();
            _states.Add(state.bytes.ToArray());
            return layer.call(nn.functional.dropout(input.flatten(1), 0.5, training: true));
        }
    }
}

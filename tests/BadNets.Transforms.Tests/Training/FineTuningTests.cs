using static TorchSharp.torch;

namespace BadNets.Transforms.Tests;

/// <summary>Fine-tuning: initial weights, frozen layers, and other classes.</summary>
[TestClass]
public sealed class FineTuningTests
{
    private static readonly MLContext Ml = new(seed: 0);
    private static readonly IDataView View = GrayImages.View(Ml, 60);
    private static readonly Lazy<TorchCnnTransformer> Model = new(() => Ml.MulticlassClassification.Trainers.TorchCnn(Options(TorchNetwork.ResNet(8))).Fit(View));

    [TestMethod]
    public void Training_starts_from_the_model_and_does_not_change_it()
    {
        var before = Weights(Model.Value.Module);
        double firstLoss = double.NaN;
        using var tuned = Ml.MulticlassClassification.Trainers.TorchCnn(Options(TorchNetwork.BadNets, epoch => firstLoss = epoch.Loss)).Fit(View, Model.Value);
        double freshLoss = double.NaN;
        Ml.MulticlassClassification.Trainers.TorchCnn(Options(TorchNetwork.ResNet(8), epoch => freshLoss = epoch.Loss)).Fit(View).Dispose();

        Assert.AreSame(Model.Value.Network, tuned.Network);
        Assert.IsLessThan(freshLoss, firstLoss);
        AssertSame(before, Weights(Model.Value.Module), _ => true);
        AssertSame(before, Weights(tuned.Module), _ => false);
        Assert.IsFalse(tuned.Module.parameters().Any(parameter => parameter.requires_grad));
    }

    [TestMethod]
    public void The_model_s_normalization_is_kept()
    {
        var shape = new ImageShape(1, 16, 16);
        using var model = Ml.Model.CreateTorchCnn(Model.Value.CopyModule(), TorchNetwork.ResNet(8), shape, [0, 1, 2], PixelNormalization.None);
        using var tuned = Ml.MulticlassClassification.Trainers.TorchCnn(Options(TorchNetwork.BadNets)).Fit(View, model);
        Assert.AreEqual(PixelNormalization.None, tuned.Normalization);
    }

    [TestMethod]
    [DataRow("bn1 layer1 layer2.0.conv1.weight")]
    [DataRow("linear")]
    public void Frozen_layers_keep_their_batch_statistics(string names)
    {
        string[] frozen = names.Split(' ');
        var options = Options(TorchNetwork.BadNets);
        options.FrozenParameters = frozen;
        options.WeightDecay = 0.1;
        var before = Weights(Model.Value.Module);
        using var tuned = Ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(View, Model.Value);

        AssertSame(before, Weights(tuned.Module), name => frozen.Any(prefix => name == prefix || name.StartsWith(prefix + ".", StringComparison.Ordinal)));
    }

    [TestMethod]
    [DataRow("conv1 conv2 fc1")]
    [DataRow("conv1.weight")]
    [DataRow("fc2")]
    public void Layers_with_custom_kernels_can_be_frozen(string names)
    {
        using var model = Ml.MulticlassClassification.Trainers.TorchCnn(Options(TorchNetwork.BadNets)).Fit(View);
        var options = Options(TorchNetwork.BadNets);
        options.FrozenParameters = names.Split(' ');
        using var tuned = Ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(View, model);

        AssertSame(Weights(model.Module), Weights(tuned.Module), name => options.FrozenParameters.Any(prefix => name == prefix || name.StartsWith(prefix + ".", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void A_name_that_the_network_does_not_have_is_rejected()
    {
        Refuse(["conv"], "'conv'", "conv1, bn1, layer1, layer2, layer3, linear");
        Refuse(["conv1", "bn1", "layer1", "layer2", "layer3", "linear"], "All parameters");

        static void Refuse(string[] names, params string[] words)
        {
            var options = Options(TorchNetwork.ResNet(8));
            options.FrozenParameters = names;
            Assert.AreEqual("FrozenParameters", Refusal.Of<ArgumentException>(() => Ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(View), words).ParamName);
        }
    }

    [TestMethod]
    public void Labels_that_the_model_knows_keep_their_weights_in_the_last_layer()
    {
        // The labels 2, 0, and 7, in this order.
        int[] digits = [2, 0, 7];
        var rows = GrayImages.Make(30);
        for (int i = 0; i < rows.Length; i++)
            rows[i].Digit = digits[i % 3];
        var data = Ml.Data.LoadFromEnumerable(rows);
        var view = Ml.Transforms.Conversion.MapValueToKey("Label", "Digit").Fit(data).Transform(data);
        var options = Options(TorchNetwork.BadNets);
        options.FrozenParameters = ["linear", "layer1"];
        options.Seed = 5;
        using var tuned = Ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(view, Model.Value);

        CollectionAssert.AreEqual(new LabelValue[] { 2, 0, 7 }, tuned.Labels.ToArray());
        float[] old = Weights(Model.Value.Module)["linear.weight"], now = Weights(tuned.Module)["linear.weight"];
        CollectionAssert.AreEqual(old[128..192], now[..64]);
        CollectionAssert.AreEqual(old[..64], now[64..128]);
        using var fresh = TorchNetwork.ResNet(8).Create(new ImageShape(1, 16, 16), 3, seed: 5);
        CollectionAssert.AreEqual(Weights(fresh)["linear.weight"][128..], now[128..]);
        CollectionAssert.AreEqual(Weights(Model.Value.Module)["layer1.0.conv1.weight"], Weights(tuned.Module)["layer1.0.conv1.weight"]);
    }

    [TestMethod]
    public void More_classes_get_a_larger_last_layer()
    {
        var view = GrayImages.View(Ml, 40, classes: 4);
        using var tuned = Ml.MulticlassClassification.Trainers.TorchCnn(Options(TorchNetwork.BadNets)).Fit(view, Model.Value);
        Assert.HasCount(4, tuned.Labels);
        Assert.HasCount(4, tuned.Transform(view).Vectors<float>("Score")[0]);
    }

    // Transfer learning (Gu et al. 2017, section 5): the convolutions stay, and other classes get new last layers.
    [TestMethod]
    [DataRow("badnets", "conv1 conv2", "fc2")]
    [DataRow("resnet", "conv1 bn1 layer1 layer2 layer3", "linear")]
    public void Other_classes_are_learned_with_frozen_convolutions(string network, string names, string last)
    {
        var architecture = network == "badnets" ? TorchNetwork.BadNets : TorchNetwork.ResNet(8);
        var rows = GrayImages.Make(240, classes: 4);
        IDataView Of(params int[] digits)
        {
            var data = Ml.Data.LoadFromEnumerable(rows.Where(row => digits.Contains(row.Digit)));
            return Ml.Transforms.Conversion.MapValueToKey("Label", "Digit").Fit(data).Transform(data);
        }

        var first = Options(architecture);
        first.Epochs = 4;
        using var model = Ml.MulticlassClassification.Trainers.TorchCnn(first).Fit(Of(0, 1));
        var options = Options(architecture);
        (options.FrozenParameters, options.Epochs, options.Seed) = (names.Split(' '), 12, 5);
        var others = Of(3, 2);
        using var tuned = Ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(others, model);

        CollectionAssert.AreEqual(new LabelValue[] { 2, 3 }, tuned.Labels.Order(Comparer<LabelValue>.Create((one, other) => string.CompareOrdinal($"{one}", $"{other}"))).ToArray());
        AssertSame(
            Weights(model.Module).Where(weights => !weights.Key.StartsWith(last, StringComparison.Ordinal)).ToDictionary(),
            Weights(tuned.Module), name => options.FrozenParameters.Any(prefix => name.StartsWith(prefix + ".", StringComparison.Ordinal)));
        Assert.IsGreaterThan(0.9, Ml.MulticlassClassification.Evaluate(tuned.Transform(others)).MicroAccuracy);
    }

    [TestMethod]
    public void Weights_other_than_the_last_layer_s_that_depend_on_the_number_of_classes_are_rejected()
    {
        var network = new TorchNetwork((_, classes) => nn.Sequential(("flatten", nn.Flatten()), ("hidden", nn.Linear(256, 2 * classes)), ("last", nn.Linear(2 * classes, classes))));
        using var model = Ml.MulticlassClassification.Trainers.TorchCnn(Options(network)).Fit(View);
        var refusal = Refusal.Of<ArgumentException>(
            () => Ml.MulticlassClassification.Trainers.TorchCnn(Options(network)).Fit(GrayImages.View(Ml, 40, classes: 4), model), "3 classes", "has 4", "'hidden.weight'", "only the last layer");
        Assert.DoesNotContain("images of", refusal.Message);
    }

    [TestMethod]
    public void A_model_for_images_of_a_different_size_is_rejected()
    {
        using var model = Ml.Model.CreateTorchCnn(
            TorchNetwork.BadNets.Create(new ImageShape(1, 28, 28), 3), TorchNetwork.BadNets, new ImageShape(1, 28, 28), [0, 1, 2]);
        Refusal.Of<ArgumentException>(
            () => Ml.MulticlassClassification.Trainers.TorchCnn(Options(TorchNetwork.BadNets)).Fit(View, model), "1×28×28", "1×16×16", "'fc1.weight'");
    }

    [TestMethod]
    public void A_checkpoint_belongs_to_its_initial_model_and_frozen_layers()
    {
        using var folder = new TemporaryFolder();
        var options = Options(TorchNetwork.BadNets);
        options.CheckpointPath = folder["checkpoint"];
        options.FrozenParameters = ["conv1"];
        using var tuned = Ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(View, Model.Value);
        float[] expected = [.. tuned.Transform(View).Vectors<float>("Score").SelectMany(row => row)];
        using var again = Ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(View, Model.Value);
        CollectionAssert.AreEqual(expected, again.Transform(View).Vectors<float>("Score").SelectMany(row => row).ToArray());

        Refusal.Of<InvalidOperationException>(() => Ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(View, tuned), "different settings", "initial model");
        options.FrozenParameters = [];
        Refusal.Of<InvalidOperationException>(() => Ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(View, Model.Value), "different settings", "frozen parameters conv1");
        options.Network = TorchNetwork.ResNet(8);
        options.FrozenParameters = ["conv1"];
        Refusal.Of<InvalidOperationException>(() => Ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(View), "different settings", "initial model");
    }

    private static TorchCnnTrainer.Options Options(TorchNetwork network, Action<TorchCnnEpoch>? epochFinished = null) =>
        new() { Network = network, Epochs = 1, BatchSize = 10, LearningRate = 0.003, EpochFinished = epochFinished };

    private static Dictionary<string, float[]> Weights(nn.Module module) => module.state_dict().ToDictionary(
        entry => entry.Key, entry => entry.Value.to(ScalarType.Float32).detach().data<float>().ToArray());

    // Checks that tensors that satisfy a condition are equal, and that all others have changed.
    private static void AssertSame(Dictionary<string, float[]> expected, Dictionary<string, float[]> actual, Func<string, bool> isSame)
    {
        foreach (var (name, values) in expected)
            Assert.AreEqual(isSame(name), values.AsSpan().SequenceEqual(actual[name]), name);
    }
}

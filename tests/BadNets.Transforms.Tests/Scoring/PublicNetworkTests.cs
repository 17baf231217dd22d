using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BadNets.Transforms.Tests;

/// <summary>
/// Operations of detectors and repairs on a model: inspecting its network, copying and changing it, and scoring with the changed network.
/// </summary>
[TestClass]
public sealed class PublicNetworkTests
{
    private static readonly MLContext Ml = new(seed: 0);
    private static readonly IDataView View = GrayImages.View(Ml, 60);
    private static readonly Lazy<TorchCnnTransformer> Model = new(() => Train(TorchNetwork.BadNets));

    [TestMethod]
    public void A_model_describes_its_network()
    {
        var model = Model.Value;
        Assert.AreSame(TorchNetwork.BadNets, model.Network);
        Assert.AreEqual(new ImageShape(1, 16, 16), model.ImageShape);
        CollectionAssert.AreEqual(new LabelValue[] { 0, 1, 2 }, model.Labels.ToArray());
        Assert.AreEqual(PixelNormalization.Default, model.Normalization);
        Assert.AreEqual("Image, Score, PredictedLabel, ", $"{model.ImageColumnName}, {model.ScoreColumnName}, {model.PredictedLabelColumnName}, {model.FeaturesColumnName}");
        Assert.AreEqual("cpu", model.Device);
        Assert.IsFalse(model.Module.training);
    }

    [TestMethod]
    public void Classes_without_names_are_numbered()
    {
        var rows = Ml.Data.LoadFromEnumerable(GrayImages.Make(6).Select(row => new BareRow { Image = row.Image, Label = (uint)row.Digit }));
        using var model = Ml.MulticlassClassification.Trainers.TorchCnn(epochs: 1).Fit(rows);
        CollectionAssert.AreEqual(new LabelValue[] { 0, 1, 2, 3 }, model.Labels.ToArray());
    }

    [TestMethod]
    public void Logits_of_raw_pixels_match_the_scores()
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var scores = Model.Value.ComputeLogits(Pixels()).softmax(1);
        CollectionAssert.AreEqual(Flat(Model.Value.Transform(View).Vectors<float>("Score")), scores.data<float>().ToArray());
    }

    [TestMethod]
    public void Pixels_are_normalized_exactly_as_in_scoring()
    {
        using var scope = NewDisposeScope();
        var normalization = new PixelNormalization(200, 0.3f, 0.7f);
        using var model = Ml.Model.CreateTorchCnn(Model.Value.CopyModule(), TorchNetwork.BadNets, new ImageShape(1, 16, 16), [0, 1, 2], normalization);
        float[] pixels = [.. Enumerable.Range(0, 256).Select(i => (float)i)];
        float[] expected = Array.ConvertAll(pixels, pixel => (pixel / 200 - 0.3f) / 0.7f);

        CollectionAssert.AreEqual(expected, model.Normalize(tensor(pixels).view(1, 1, 16, 16)).data<float>().ToArray());
    }

    [TestMethod]
    public void Gradients_reach_the_pixels_and_the_features()
    {
        using var scope = NewDisposeScope();
        var pixels = Pixels().requires_grad_();
        var (logits, features) = Model.Value.ComputeFeatures(pixels);
        features.retain_grad();
        logits.select(1, 0).sum().backward();

        // The last layer is linear, so the gradient is a row of its weights.
        var weights = Model.Value.Module.state_dict()["fc2.weight"];
        Assert.IsTrue(features.grad!.sub(weights.select(0, 0)).abs().max().item<float>() < 1e-6f);
        Assert.IsGreaterThan(0, pixels.grad!.abs().sum().item<float>());
        Assert.IsTrue(Model.Value.Module.parameters().All(parameter => parameter.grad is null));
    }

    [TestMethod]
    public void Features_are_the_input_of_the_last_layer()
    {
        using var scope = NewDisposeScope();
        using var model = Model.Value.WithFeatures();
        var scored = model.Transform(View);
        Assert.AreEqual(512, ((VectorDataViewType)scored.Schema["Features"].Type).Size);
        var features = tensor(Flat(scored.Vectors<float>("Features"))).view(-1, 512);

        var weights = model.Module.state_dict();
        var scores = nn.functional.linear(features, weights["fc2.weight"], weights["fc2.bias"]).softmax(1);

        AssertClose(Flat(scored.Vectors<float>("Score")), scores.data<float>().ToArray());
        AssertClose(Flat(Model.Value.Transform(View).Vectors<float>("Score")), scores.data<float>().ToArray());
    }

    [TestMethod]
    [DataRow("ResNet8", 64)]
    [DataRow("PreActResNet18", 512)]
    [DataRow("user", 12)]
    public void Any_network_with_a_last_linear_layer_has_features(string name, int expected)
    {
        var network = name switch
        {
            "ResNet8" => TorchNetwork.ResNet(8),
            "PreActResNet18" => TorchNetwork.PreActResNet18,
            // Hidden layers with one output per class do not count, and neither do operations after the last layer.
            _ => TorchNetwork.Register("tests/features", MakeUsers),
        };
        using var model = Train(network, "Deep");
        Assert.AreEqual("Deep", model.FeaturesColumnName);
        var scored = model.Transform(View);
        float[][] features = scored.Vectors<float>("Deep");
        Assert.HasCount(expected, features[0]);
        Assert.IsTrue(features.All(row => row.Any(value => value != 0)));

        // The same for single rows, and for a loaded model.
        var rows = GrayImages.Make(60);
        using var engine = Ml.Model.CreatePredictionEngine<Input, Prediction>(model, new PredictionEngineOptions { OwnsTransformer = false });
        AssertClose(features[7], engine.Predict(new Input { Image = rows[7].Image }).Deep);
        using var loaded = (IDisposable)new MLContext().Model.LoadChecked(new MemoryStream(ModelFile.Save(Ml, model, View.Schema)));
        CollectionAssert.AreEqual(Flat(features), Flat(((ITransformer)loaded).Transform(View).Vectors<float>("Deep")));
    }

    [TestMethod]
    public void A_network_without_a_recognizable_last_layer_is_rejected_before_training()
    {
        var convolutional = new TorchNetwork((_, classes) => nn.Sequential(nn.Conv2d(1, classes, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten()));
        bool hasTrained = false;
        Refusal.Of<InvalidOperationException>(
            () => Ml.MulticlassClassification.Trainers.TorchCnn(new TorchCnnTrainer.Options
            {
                Network = convolutional,
                FeaturesColumnName = "Features",
                StepFinished = _ => hasTrained = true,
            }).Fit(View),
            "Linear layer with 3 outputs", "'call' of the layer, not 'forward'");
        Assert.IsFalse(hasTrained);

        using var model = Train(convolutional);
        Refusal.Of<InvalidOperationException>(() => model.WithFeatures(), "Linear layer with 3 outputs");
        Assert.HasCount(60, model.Transform(View).Vectors<float>("Score"));
    }

    [TestMethod]
    public void Features_are_right_while_other_threads_score()
    {
        using var model = Model.Value.WithFeatures();
        float[] scores = Flat(Model.Value.Transform(View).Vectors<float>("Score")), features = Flat(model.Transform(View).Vectors<float>("Features"));
        Parallel.For(0, 24, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            if (i % 3 == 0)
                CollectionAssert.AreEqual(scores, Flat(Model.Value.Transform(View).Vectors<float>("Score")));
            else if (i % 3 == 1)
                CollectionAssert.AreEqual(features, Flat(model.Transform(View).Vectors<float>("Features")));
            else
                Model.Value.WithFeatures("Other").Dispose();
        });
    }

    [TestMethod]
    public void The_network_lives_as_long_as_a_transformer_that_shares_it()
    {
        var first = Train(TorchNetwork.BadNets);
        float[] expected = Flat(first.Transform(View).Vectors<float>("Score"));
        var second = first.WithFeatures();
        first.Dispose();
        first.Dispose();

        CollectionAssert.AreEqual(expected, Flat(second.Transform(View).Vectors<float>("Score")));
        Assert.Throws<ObjectDisposedException>(() => first.Module);
        Assert.Throws<ObjectDisposedException>(() => first.WithFeatures());
        var module = second.Module;
        second.Dispose();
        Assert.Throws<ObjectDisposedException>(() => second.ComputeLogits(zeros(1, 1, 16, 16)));
        Assert.IsTrue(module.parameters().All(parameter => parameter.IsInvalid));
    }

    [TestMethod]
    public void A_changed_copy_scores_without_affecting_the_original()
    {
        float[] before = Flat(Model.Value.Transform(View).Vectors<float>("Score"));
        var copy = Model.Value.CopyModule();
        Assert.IsTrue(copy.parameters().All(parameter => parameter.requires_grad));
        using (no_grad())
        {
            foreach (var parameter in copy.parameters())
                parameter.zero_();
        }

        using var changed = Model.Value.WithModule(copy);

        CollectionAssert.AreEqual(before, Flat(Model.Value.Transform(View).Vectors<float>("Score")));
        Assert.IsTrue(Flat(changed.Transform(View).Vectors<float>("Score")).All(score => Math.Abs(score - 1f / 3) < 1e-6));
        Assert.AreEqual(Model.Value.Transform(View).Schema["PredictedLabel"].Type, changed.Transform(View).Schema["PredictedLabel"].Type);
        CollectionAssert.AreEqual(Model.Value.Labels.ToArray(), changed.Labels.ToArray());
    }

    [TestMethod]
    public void A_foreign_module_scores_and_is_saved()
    {
        using var model = Ml.Model.CreateTorchCnn(Model.Value.CopyModule(), TorchNetwork.BadNets, new ImageShape(1, 16, 16), ["zero", "one", "two"], featuresColumnName: "Features");
        using var loaded = (IDisposable)new MLContext().Model.LoadChecked(new MemoryStream(ModelFile.Save(Ml, model, View.Schema)));
        var scored = ((ITransformer)loaded).Transform(View);

        CollectionAssert.AreEqual(Flat(Model.Value.Transform(View).Vectors<float>("Score")), Flat(scored.Vectors<float>("Score")));
        CollectionAssert.AreEqual(
            new[] { "zero", "one", "two" },
            Array.ConvertAll(scored.Schema["Score"].Annotation<ReadOnlyMemory<char>>("SlotNames"), name => name.ToString()));
    }

    [TestMethod]
    public void A_module_of_another_architecture_is_rejected_and_stays_with_the_caller()
    {
        var shape = new ImageShape(1, 16, 16);
        using var large = TorchNetwork.BadNets.Create(new ImageShape(1, 28, 28), 3);
        using var resNet = TorchNetwork.ResNet(8).Create(shape, 3);
        using var module = TorchNetwork.BadNets.Create(shape, 3);
        Refusal.Of<ArgumentException>(() => Model.Value.WithModule(Model.Value.Module), "CopyModule");
        Refusal.Of<ArgumentException>(() => Model.Value.WithModule(large), "'BadNets'", "'fc1.weight'", "512×512", "512×32");
        Refusal.Of<ArgumentException>(() => Model.Value.WithModule(resNet), "'BadNets'", "'conv1.weight'", "16×1×3×3", "16×1×5×5");
        Refusal.Of<ArgumentException>(() => Ml.Model.CreateTorchCnn(module, TorchNetwork.BadNets, shape, []), "list of labels is empty");
        Refusal.Of<ArgumentException>(() => Ml.Model.CreateTorchCnn(module, TorchNetwork.BadNets, shape, [1, 2, "1"]), "'1' occurs twice");
        Refusal.Of<ArgumentException>(() => Ml.Model.CreateTorchCnn(module, TorchNetwork.BadNets, shape, [1, 2]), "'fc2.weight'", "3×512", "2×512");

        using var scope = NewDisposeScope();
        Assert.IsTrue(module.training);
        Assert.AreEqual(3, module.call(zeros(1, 1, 16, 16)).shape[1]);
    }

    [TestMethod]
    public void A_missing_device_is_rejected_with_the_reason()
    {
        using var model = Model.Value.WithModule(Model.Value.CopyModule());
        Refusal.Of<ArgumentException>(() => model.MoveTo("tpu"), "'tpu'", "'cpu', 'cuda', or 'cuda:N'");
        if (!cuda_is_available())
            Refusal.Of<ArgumentException>(() => model.MoveTo("cuda"), "'cuda' is not available", "TorchSharp-cuda package");
        model.MoveTo("cpu");
        CollectionAssert.AreEqual(Flat(Model.Value.Transform(View).Vectors<float>("Score")), Flat(model.Transform(View).Vectors<float>("Score")));
    }

    private static nn.Module<Tensor, Tensor> MakeUsers(ImageShape shape, int classes) => nn.Sequential(
        ("flatten", nn.Flatten()), ("narrow", nn.Linear(shape.Size, classes)), ("wide", nn.Linear(classes, 12)), ("out", nn.Linear(12, classes)), ("log", nn.LogSoftmax(1)));

    private static TorchCnnTransformer Train(TorchNetwork network, string? features = null) => Ml.MulticlassClassification.Trainers.TorchCnn(
        new TorchCnnTrainer.Options { Network = network, Epochs = 1, BatchSize = 20, FeaturesColumnName = features }).Fit(View);

    private static Tensor Pixels() => tensor(GrayImages.Make(60).SelectMany(row => row.Image).Select(pixel => (float)pixel).ToArray()).view(-1, 1, 16, 16);

    private static float[] Flat(float[][] rows) => [.. rows.SelectMany(row => row)];

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.HasCount(expected.Length, actual);
        for (int i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i], 1e-4f * Math.Max(1, Math.Abs(expected[i])));
    }

    private sealed class Input
    {
        [VectorType(1, GrayImages.Side, GrayImages.Side)]
        public byte[] Image { get; set; } = [];
    }

    private sealed class Prediction
    {
        public float[] Deep { get; set; } = [];
    }

    private sealed class BareRow
    {
        [VectorType(1, GrayImages.Side, GrayImages.Side)]
        public byte[] Image { get; set; } = [];

        [KeyType(4)]
        public uint Label { get; set; }
    }
}

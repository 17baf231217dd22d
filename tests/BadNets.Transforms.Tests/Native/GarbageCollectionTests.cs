using System.Diagnostics;
using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms.Tests.Native;

/// <summary>
/// Training, evaluation, scoring, and predictions while another thread continuously collects garbage. Nothing fails, and all results are
/// bit-identical to those without that thread. BADNETS_STRESS_ROUNDS makes the test longer.
/// </summary>
[TestClass]
[DoNotParallelize]
public sealed class GarbageCollectionTests
{
    private const int Threads = 4;
    private const int ManyRows = 200;
    // Two steps and a batch to score call every operation, and a large network takes long for each row.
    private const int LargeNetworkRows = 24;

    private static readonly int Rounds =
        int.TryParse(Environment.GetEnvironmentVariable("BADNETS_STRESS_ROUNDS"), CultureInfo.InvariantCulture, out int rounds) ? rounds : 1;

    private readonly MLContext _ml = new(seed: 0);

    public required TestContext TestContext { get; init; }

    // These tests also pass with the original TorchSharp.dll.
    [TestMethod]
    public void Every_optimizer_trains_to_the_same_bits() => CheckTrainings(
    [
        .. Enum.GetValues<TorchCnnOptimizer>().SelectMany(optimizer => new (string, Func<TorchCnnTrainer.Options>)[]
        {
            ($"{optimizer}", () => Options(optimizer)),
            ($"{optimizer}, libtorch's convolutions", () => With(Options(optimizer), options => options.Network = new TorchNetwork((_, classes) => new PaddedNetwork(classes)))),
        }),
        ("ResNet", () => With(Options(TorchCnnOptimizer.Sgd), options => options.Network = TorchNetwork.ResNet(8))),
        ("PreActResNet18", () => With(Options(TorchCnnOptimizer.Sgd), options => (options.Network, options.Epochs, options.BatchSize) = (TorchNetwork.PreActResNet18, 1, LargeNetworkRows / 2))),
        ("features, frozen layers", () => With(Options(TorchCnnOptimizer.Sgd), options =>
            (options.Network, options.FeaturesColumnName, options.FrozenParameters) = (TorchNetwork.ResNet(8), "Features", ["conv1", "layer1"]))),
        ("momentum", () => With(Options(TorchCnnOptimizer.Sgd), options => (options.Momentum, options.WeightDecay) = (0.9, 0.001))),
        ("schedule, label smoothing, augmentation", () => With(Options(TorchCnnOptimizer.Sgd), options =>
            (options.LearningRateSchedule, options.LabelSmoothing, options.Augmentation) = (LearningRateSchedule.OneCycle(), 0.1, new() { CropPadding = 2, RotationDegrees = 5 }))),
        ("schedule of AdamW, libtorch's operators", () => With(Options(TorchCnnOptimizer.AdamW), options =>
            (options.LearningRateSchedule, options.LabelSmoothing, options.Network) = (LearningRateSchedule.OneCycle(), 0.1, new TorchNetwork((_, classes) => new DoubleNetwork(classes))))),
        ("schedule of SGD, libtorch's operators", () => With(Options(TorchCnnOptimizer.Sgd), options =>
            (options.LearningRateSchedule, options.Network) = (LearningRateSchedule.OneCycle(), new TorchNetwork((_, classes) => new DoubleNetwork(classes))))),
        ("softmax head", () => With(Options(TorchCnnOptimizer.Sgd), options => options.Head = TorchCnnHead.Softmax)),
    ]);

    // TorchSharp's own layers need the patched assembly.
    [TestMethod]
    public void A_user_s_network_trains_to_the_same_bits() => CheckTrainings(
    [
        .. Enum.GetValues<TorchCnnOptimizer>().Select(optimizer => ($"{optimizer}", (Func<TorchCnnTrainer.Options>)(
            () => With(Options(optimizer), options => options.Network = new TorchNetwork((_, classes) => new UsersNetwork(classes)))))),
    ]);

    [TestMethod]
    public void Concurrent_work_gives_the_same_results_as_sequential_work()
    {
        var rows = GrayImages.Make(150);
        var view = GrayImages.View(_ml, rows);
        var trigger = Trigger.Square(4, TriggerPosition.BottomRight);
        using var model = _ml.MulticlassClassification.Trainers.TorchCnn(Options(TorchCnnOptimizer.Adam)).Fit(view);
        float[][] scores = model.Transform(view).Vectors<float>("Score");
        float[][] single = Predict(model, rows);
        double success = Evaluate();
        float[] trained = Train(Options(TorchCnnOptimizer.Sgd));

        using var collector = new RelentlessCollector();
        Parallel.For(0, Threads * Rounds, new ParallelOptions { MaxDegreeOfParallelism = Threads }, i =>
        {
            // In a different order on each thread, so that all combinations occur.
            for (int task = 0; task < 4; task++)
            {
                switch ((i + task) % 4)
                {
                    case 0:
                        AssertEqual(scores, model.Transform(view).Vectors<float>("Score"));
                        break;
                    case 1:
                        AssertEqual(single, Predict(model, rows));
                        break;
                    case 2:
                        Assert.AreEqual(success, Evaluate());
                        break;
                    default:
                        CollectionAssert.AreEqual(trained, Train(Options(TorchCnnOptimizer.Sgd)));
                        break;
                }
            }
        });
        Assert.IsGreaterThan(Threads, collector.Collections);

        double Evaluate() => _ml.MulticlassClassification.EvaluateBackdoor(model, view, trigger, targetLabel: 1).AttackSuccessRate;
    }

    // Code that has run only a few times is not optimized yet, and keeps objects alive that optimized code does not.
    [TestMethod]
    public async Task Optimized_code_passes_these_tests_too()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        start.ArgumentList.Add(typeof(GarbageCollectionTests).Assembly.Location);
        start.ArgumentList.Add("--filter");
        start.ArgumentList.Add($"ClassName={typeof(GarbageCollectionTests).FullName}&Name!={nameof(Optimized_code_passes_these_tests_too)}");
        start.Environment["DOTNET_TieredCompilation"] = "0";
        using var process = Process.Start(start)!;

        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.AreEqual(0, process.ExitCode, output);
        Assert.MatchesRegex("succeeded: 4", output);
    }

    [TestMethod]
    public void Networks_work_without_a_dispose_scope()
    {
        using var network = TorchNetwork.BadNets.Create(new ImageShape(3, 20, 20), 4);
        using var generator = new Generator(1);
        using var images = randn([40, 3, 20, 20], generator: generator);
        using var labels = randint(0, 4, [40], dtype: ScalarType.Int64, generator: generator);
        float[] expected = Gradients();

        using var collector = new RelentlessCollector();
        for (int i = 0; i < 50 * Rounds; i++)
            CollectionAssert.AreEqual(expected, Gradients());

        float[] Gradients()
        {
            network.zero_grad();
            using var outputs = network.call(images);
            using var loss = nn.functional.cross_entropy(outputs, labels);
            loss.backward();
            return [.. network.parameters().SelectMany(parameter => parameter.grad!.data<float>().ToArray())];
        }
    }

    private void CheckTrainings(params (string Name, Func<TorchCnnTrainer.Options> Make)[] trainings)
    {
        var quiet = Array.ConvertAll(trainings, training => Train(training.Make()));
        int count = 0;
        using var collector = new RelentlessCollector();
        for (int round = 0; round < Rounds; round++)
        {
            foreach (var ((name, make), expected) in trainings.Zip(quiet))
            {
                CollectionAssert.AreEqual(expected, Train(make()), name);
                count++;
            }
        }

        TestContext.WriteLine($"{count} trainings beside {collector.Collections} collections.");
        Assert.IsGreaterThan(count, collector.Collections);
    }

    private static TorchCnnTrainer.Options Options(TorchCnnOptimizer optimizer) => new() { Optimizer = optimizer, Epochs = 2, BatchSize = 16 };

    private static TorchCnnTrainer.Options With(TorchCnnTrainer.Options options, Action<TorchCnnTrainer.Options> change)
    {
        change(options);
        return options;
    }

    private static float[] Train(TorchCnnTrainer.Options options)
    {
        var ml = new MLContext(seed: 0);
        int rows = options.Network == TorchNetwork.PreActResNet18 ? LargeNetworkRows : ManyRows;
        var view = GrayImages.View(ml, rows);
        var losses = new List<float>();
        options.ValidationSets = [new("test", GrayImages.View(ml, rows / 3, seed: 2))];
        options.EpochFinished = epoch => losses.AddRange([(float)epoch.Loss, (float)epoch.Validation["test"].Loss]);
        using var model = ml.MulticlassClassification.Trainers.TorchCnn(options).Fit(view);
        return [.. losses, .. model.Transform(view).Vectors<float>("Score").SelectMany(scores => scores)];
    }

    private static float[][] Predict(TorchCnnTransformer model, GrayImages.Row[] rows)
    {
        var ml = new MLContext(seed: 0);
        using var engine = ml.Model.CreatePredictionEngine<Input, Prediction>(model, new PredictionEngineOptions { OwnsTransformer = false });
        return Array.ConvertAll(rows, row => engine.Predict(new Input { Image = row.Image }).Score);
    }

    private static void AssertEqual(float[][] expected, float[][] actual)
    {
        Assert.HasCount(expected.Length, actual);
        for (int i = 0; i < expected.Length; i++)
            CollectionAssert.AreEqual(expected[i], actual[i], $"row {i}");
    }

    private sealed class Input
    {
        [VectorType(1, GrayImages.Side, GrayImages.Side)]
        public byte[] Image { get; set; } = [];
    }

    private sealed class Prediction
    {
        public float[] Score { get; set; } = [];
    }

    /// <summary>A typical user's network, with batch normalization and dropout between convolutions.</summary>
    private sealed class UsersNetwork : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> layers;

        public UsersNetwork(int classes)
            : base(nameof(UsersNetwork))
        {
            layers = nn.Sequential(
                nn.Conv2d(1, 8, 3, padding: 1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout2d(0.1),
                nn.Flatten(), nn.Linear(8 * GrayImages.Side * GrayImages.Side / 4, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, classes));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => layers.call(input);
    }

    /// <summary>A network in double precision, which the optimizers update with libtorch's operators.</summary>
    private sealed class DoubleNetwork : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> layer;

        public DoubleNetwork(int classes)
            : base(nameof(DoubleNetwork))
        {
            layer = nn.Linear(GrayImages.Side * GrayImages.Side, classes, dtype: ScalarType.Float64);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => layer.call(input.flatten(1).to(ScalarType.Float64)).to(ScalarType.Float32);
    }

    /// <summary>
    /// The library's layers with sizes that its kernels do not support. Operations are not fused if a gradient of the image is requested.
    /// </summary>
    private sealed class PaddedNetwork : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> network;

        public PaddedNetwork(int classes)
            : base(nameof(PaddedNetwork))
        {
            network = TorchNetwork.BadNets.Create(new ImageShape(1, GrayImages.Side, GrayImages.Side), classes);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => network.call(training ? input.requires_grad_() : input);
    }
}

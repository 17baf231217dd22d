using System.Diagnostics;
using System.Globalization;
using BadNets.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Benchmarks;

/// <summary>
/// Training steps of ResNet-20 (64 images of 3×32×32, SGD with momentum) and scoring, in the trainer of the library, in a typical TorchSharp loop with the
/// same network, and in the same loop with a network of TorchSharp's layers. They take turns in one process. The last of them is also measured without
/// keeping freed memory, which is the default, and the better one is the baseline.
/// </summary>
static class ResidualStep
{
    private const int Layers = 20;
    private const int Classes = 10;
    private const int Rows = 64;
    private const int StepsPerTurn = 10;
    private const int Turns = 4;

    private static readonly ImageShape Shape = new(3, 32, 32);

    public static int Run()
    {
        using var network = TorchNetwork.ResNet(Layers).Create(Shape, Classes);
        using var plain = new PlainResNet(Layers, Classes);
        int[] threadCounts = Environment.ProcessorCount > 1 ? [1, 2] : [1];
        (string Title, int Threads, Side Returning, Side[] Keeping)[] groups = [.. threadCounts.SelectMany(threads => new[]
        {
            ($"training step, threads: {threads}", threads, new Side("plain network, freed memory returned to the system", steps => Loop(plain, steps)),
                new Side[] { new("plain network", steps => Loop(plain, steps)), new("library's network", steps => Loop(network, steps)), new("library's trainer", Train) }),
            ($"scoring, threads: {threads}", threads, new Side("plain network, freed memory returned to the system", steps => Score(plain, steps)),
                new Side[] { new("plain network", steps => Score(plain, steps)), new("library's network", steps => Score(network, steps)) }),
        })];

        foreach (var group in groups)
            Measure(group.Threads, group.Returning);
        AllocatorTuning.Apply();
        foreach (var group in groups)
            Measure(group.Threads, group.Keeping);

        Print($"ResNet-{Layers}, {Rows} images");
        foreach (var (title, _, returning, keeping) in groups)
        {
            double baseline = Math.Min(returning.Milliseconds, keeping[0].Milliseconds);
            Print("");
            Print($"| {title} | ms | page faults | times as fast |");
            Print("| -- | --: | --: | --: |");
            foreach (var side in (Side[])[returning, .. keeping])
                Print($"| {side.Name} | {side.Milliseconds:F1} | {side.PageFaults:F0} | {baseline / side.Milliseconds:F2} |");
        }

        return 0;
    }

    private static void Measure(int threads, params Side[] sides)
    {
        set_num_threads(threads);
        for (int turn = 0; turn <= Turns; turn++)
        {
            foreach (var side in sides)
                side.TakeTurn();
        }
    }

    private static void Train(List<(double, long)> steps)
    {
        var ml = new MLContext(seed: 0);
        var random = new Random(1);
        var rows = Enumerable.Range(0, Rows * StepsPerTurn).Select(i =>
        {
            var row = new Row { Image = new byte[Shape.Size], Label = (uint)(i % Classes) };
            random.NextBytes(row.Image);
            return row;
        });
        var last = Reading.Now();
        ml.MulticlassClassification.Trainers.TorchCnn(new TorchCnnTrainer.Options
        {
            Network = TorchNetwork.ResNet(Layers),
            BatchSize = Rows,
            Epochs = 1,
            Optimizer = TorchCnnOptimizer.Sgd,
            LearningRate = 0.01,
            Momentum = 0.9,
            WeightDecay = 1e-4,
            StepFinished = step =>
            {
                var now = Reading.Now();
                if (step.BatchesDone > 1)
                    steps.Add(now.Since(last));
                last = Reading.Now();
            },
        }).Fit(ml.Data.LoadFromEnumerable(rows)).Dispose();
    }

    private static void Loop(nn.Module<Tensor, Tensor> network, List<(double, long)> steps)
    {
        network.train();
        using var images = rand(Rows * StepsPerTurn, Shape.Channels, Shape.Height, Shape.Width);
        using var labels = randint(0, Classes, Rows * StepsPerTurn, dtype: ScalarType.Int64);
        using var optimizer = optim.SGD(network.parameters(), 0.01, 0.9, weight_decay: 1e-4);
        for (int i = 0; i < StepsPerTurn; i++)
        {
            var start = Reading.Now();
            using (NewDisposeScope())
            {
                optimizer.zero_grad();
                var loss = nn.functional.cross_entropy(network.call(images.narrow(0, i * Rows, Rows)), labels.narrow(0, i * Rows, Rows));
                loss.backward();
                optimizer.step();
                loss.item<float>();
            }

            if (i > 0)
                steps.Add(Reading.Now().Since(start));
        }
    }

    private static void Score(nn.Module<Tensor, Tensor> network, List<(double, long)> batches)
    {
        network.eval();
        using var noGradients = no_grad();
        using var images = rand(Rows, Shape.Channels, Shape.Height, Shape.Width);
        for (int i = 0; i < StepsPerTurn; i++)
        {
            var start = Reading.Now();
            using (NewDisposeScope())
                network.call(images).argmax(1);
            if (i > 0)
                batches.Add(Reading.Now().Since(start));
        }
    }

    private static void Print(FormattableString line) => Console.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static void Print(string line) => Console.Out.WriteLine(line);

    private sealed class Side(string name, Action<List<(double, long)>> run)
    {
        private readonly List<(double Milliseconds, long PageFaults)> _steps = [];
        private bool _isWarm;

        public string Name => name;

        /// <summary>The lower quartile, because other work on the machine can only increase times.</summary>
        public double Milliseconds => _steps.Select(step => step.Milliseconds).Order().ElementAt(_steps.Count / 4);

        public double PageFaults => _steps.Average(step => step.PageFaults);

        public void TakeTurn()
        {
            run(_steps);
            if (!_isWarm)
                _steps.Clear();
            _isWarm = true;
        }
    }

    private readonly record struct Reading(long Time, long PageFaults)
    {
        public static Reading Now() => new(Stopwatch.GetTimestamp(), ProcessMemory.PageFaults);

        public (double, long) Since(Reading start) => (Stopwatch.GetElapsedTime(start.Time, Time).TotalMilliseconds, PageFaults - start.PageFaults);
    }

    private sealed class Row
    {
        [VectorType(3, 32, 32)]
        public byte[] Image { get; set; } = [];

        [KeyType(Classes)]
        public uint Label { get; set; }
    }
}

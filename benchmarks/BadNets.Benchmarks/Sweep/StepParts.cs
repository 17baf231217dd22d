using System.Diagnostics;
using System.Globalization;
using BadNets.Transforms;
using Microsoft.ML;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BadNets.Benchmarks;

/// <summary>Measures the parts of a cell on one thread: the time before the first step, and the parts of a step.</summary>
static class StepParts
{
    private const int Steps = 300;

    private static readonly (string Name, LayerWork Work)[] Layers =
    [
        ("conv1 + ReLU + pool", CellWork.Conv1),
        ("conv2 + ReLU + pool", CellWork.Conv2),
        ("fc1 + ReLU", CellWork.Fc1),
        ("fc2", CellWork.Fc2),
        ("softmax + loss", default),
    ];

    /// <summary>Returns the lines of the tables.</summary>
    /// <param name="folder">The folder of the data set.</param>
    /// <param name="peak">The peak of one core, in GFLOP/s.</param>
    public static IReadOnlyList<string> Measure(string folder, double peak)
    {
        using var process = new ChildProcess(["parts", folder, peak.ToString("R", CultureInfo.InvariantCulture)]);
        return [.. process.ReadLines()];
    }

    /// <summary>The program of the child process.</summary>
    public static int Run(string folder, double peak)
    {
        AllocatorTuning.Apply();
        set_num_threads(1);
        MeasureReading(folder);
        var (assembly, step) = MeasureTrainer(folder);
        var parts = MeasureStep();

        Print("");
        // As if every layer was computed directly, so that a faster algorithm has a larger share, which can exceed 100%.
        string Share(double flops, double milliseconds) => flops == 0 ? "" : (Cell.BatchSize * flops / milliseconds / 1e6 / peak).ToString("0%", CultureInfo.InvariantCulture);

        Print("| part of a step of 64 rows | forward ms | share of peak | backward ms | share of peak |");
        Print("| -- | --: | --: | --: | --: |");
        Print($"| batch assembly | {assembly:F3} | | | |");
        for (int layer = 0; layer < Layers.Length; layer++)
        {
            var (name, work) = Layers[layer];
            double forwardTime = parts.Forward[layer], backwardTime = parts.Backward[layer];
            Print($"| {name} | {forwardTime:F3} | {Share(work.Forward, forwardTime)} | {backwardTime:F3} | {Share(work.Backward, backwardTime)} |");
        }

        double forward = parts.Forward.Sum(), backward = parts.Backward.Sum();
        Print($"| all layers | {forward:F3} | {Share(CellWork.TestRow, forward)} | {backward:F3} | {Share(CellWork.TrainRow - CellWork.TestRow, backward)} |");
        Print($"| optimizer | {parts.Optimizer:F3} | | | |");
        Print($"| the rest (overhead, reading the loss) | {step - assembly - forward - backward - parts.Optimizer:F3} | | | |");
        Print($"| the trainer's whole step | {step:F3} | {Share(CellWork.TrainRow, step)} | | |");
        Print("");
        foreach (string line in OptimizerTime.Measure())
            Print(line);
        return 0;
    }

    private static void MeasureReading(string folder)
    {
        var ml = new MLContext(seed: 0);
        var files = new DigitFiles(folder);
        // The first pass includes JIT compilation. Both are reported, because a program has only the first one.
        var seconds = new double[2];
        for (int pass = 0; pass < seconds.Length; pass++)
        {
            long start = Stopwatch.GetTimestamp();
            ViewDrain.ImagesAndLabels(DigitFiles.Poison(ml, files.Train(ml, DigitFolder.TrainRows)));
            seconds[pass] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        Print($"Choosing, poisoning, and reading 60,000 training rows, once per training run: {1000 * seconds[0]:F0} ms the first time, {1000 * seconds[1]:F0} ms the second ({Path.GetExtension(files.TrainImages) switch { ".gz" => "gzip", _ => "plain" }} files).");
    }

    private static (double Assembly, double Step) MeasureTrainer(string folder)
    {
        // A network that records when it is called shows when the batch is complete, but the trainer computes its gradients in another way.
        var timed = new TorchNetwork((shape, classes) => new TimedNetwork(TorchNetwork.BadNets.Create(shape, classes)));
        var assembly = new List<double>();
        long last = 0;
        MeasureSteps(folder, timed, _ =>
        {
            assembly.Add(Stopwatch.GetElapsedTime(last, TimedNetwork.LastStart).TotalMilliseconds);
            last = Stopwatch.GetTimestamp();
        });

        var steps = new List<double>();
        TimeSpan lastProcessor = default;
        MeasureSteps(folder, TorchNetwork.BadNets, _ =>
        {
            // On a busy machine, a whole step is likely to be interrupted, so the processor time is measured.
            var processor = Environment.CpuUsage.TotalTime;
            steps.Add((processor - lastProcessor).TotalMilliseconds);
            lastProcessor = Environment.CpuUsage.TotalTime;
        });
        return (LowerQuartile(assembly), LowerQuartile(steps));
    }

    private static void MeasureSteps(string folder, TorchNetwork network, Action<TorchCnnProgress> stepFinished) =>
        new LibraryCell(folder, Steps * Cell.BatchSize, Cell.BatchSize) { Network = network, StepFinished = stepFinished }.Train(2, _ => { });

    /// <summary>Measures the step of the trainer layer by layer. The gradient of each layer is computed separately.</summary>
    private static (double[] Forward, double[] Backward, double Optimizer) MeasureStep()
    {
        using var network = TorchNetwork.BadNets.Create(new ImageShape(1, 28, 28), 10);
        using var optimizer = Optimizer.Create(new TorchCnnTrainer.Options { Optimizer = TorchCnnOptimizer.Sgd, LearningRate = Cell.LearningRate }, network);
        var children = network.named_children().ToDictionary(child => child.name, child => (nn.Module<Tensor, Tensor>)child.module);
        using var images = randn(Cell.BatchSize, 1, 28, 28);
        using var labels = randint(0, 10, Cell.BatchSize, dtype: ScalarType.Int64);
        Func<Tensor, Tensor>[] layers =
        [
            input => children["conv1"].forward(input.permute(0, 2, 3, 1)),
            children["conv2"].forward,
            input => LinearLayer.Apply(input.flatten(1), (Linear)children["fc1"], rectify: true),
            input => LinearLayer.Apply(input, (Linear)children["fc2"], rectify: false),
            input => nn.functional.cross_entropy(input.softmax(1), labels),
        ];

        var forward = Lists(layers.Length);
        var backward = Lists(layers.Length);
        var optimizing = new List<double>();
        for (int step = 0; step < 2 * Steps; step++)
        {
            using var scope = NewDisposeScope();
            var inputs = new Tensor[layers.Length];
            var outputs = new Tensor[layers.Length];
            for (int layer = 0; layer < layers.Length; layer++)
            {
                inputs[layer] = layer == 0 ? images : outputs[layer - 1].detach().requires_grad_();
                long start = Stopwatch.GetTimestamp();
                outputs[layer] = layers[layer](inputs[layer]);
                forward[layer].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            for (int layer = layers.Length - 1; layer >= 0; layer--)
            {
                long start = Stopwatch.GetTimestamp();
                if (layer == layers.Length - 1)
                    outputs[layer].backward();
                else
                    outputs[layer].backward([inputs[layer + 1].grad!]);
                backward[layer].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            long optimizerStart = Stopwatch.GetTimestamp();
            optimizer.Step(Cell.LearningRate);
            optimizing.Add(Stopwatch.GetElapsedTime(optimizerStart).TotalMilliseconds);
        }

        return (Array.ConvertAll(forward, LowerQuartile), Array.ConvertAll(backward, LowerQuartile), LowerQuartile(optimizing));
    }

    private static List<double>[] Lists(int count) => [.. Enumerable.Range(0, count).Select(_ => new List<double>())];

    // Other work on the machine can only increase times. The quartile varies less than the minimum.
    private static double LowerQuartile(List<double> values) => values.Order().ElementAt(values.Count / 4);

    private static void Print(FormattableString line) => Console.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static void Print(string line) => Console.Out.WriteLine(line);
}

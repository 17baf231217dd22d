using System.Diagnostics;
using BadNets.Transforms;
using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Benchmarks;

/// <summary>Measures a step of the library's optimizers and of TorchSharp's optimizers for the BadNets network, including clearing the gradients.</summary>
static class OptimizerTime
{
    private const int Steps = 400;

    public static IEnumerable<string> Measure()
    {
        yield return "| optimizer step | library ms | TorchSharp ms | times |";
        yield return "| -- | --: | --: | --: |";
        foreach (var (name, options) in new (string, TorchCnnTrainer.Options)[]
        {
            ("SGD", new() { Optimizer = TorchCnnOptimizer.Sgd }),
            ("SGD, momentum, weight decay", new() { Optimizer = TorchCnnOptimizer.Sgd, Momentum = 0.9, WeightDecay = 1e-4 }),
            ("Adam", new() { Optimizer = TorchCnnOptimizer.Adam }),
            ("AdamW", new() { Optimizer = TorchCnnOptimizer.AdamW }),
        })
        {
            // In each round, one after the other, so that other work on the machine affects both.
            using var ours = new Side<Optimizer>(network => Optimizer.Create(options, network), optimizer => optimizer.Step(options.EffectiveLearningRate));
            using var theirs = new Side<optim.Optimizer>(network => MakeTorchSharp(options, network), optimizer =>
            {
                optimizer.step();
                optimizer.zero_grad();
            });
            for (int step = 0; step < Steps; step++)
            {
                ours.Step();
                theirs.Step();
            }

            yield return FormattableString.Invariant($"| {name} | {ours.Milliseconds:F3} | {theirs.Milliseconds:F3} | {theirs.Milliseconds / ours.Milliseconds:F2} |");
        }
    }

    private static optim.Optimizer MakeTorchSharp(TorchCnnTrainer.Options options, nn.Module network) => options.Optimizer switch
    {
        TorchCnnOptimizer.Sgd => optim.SGD(network.parameters(), options.EffectiveLearningRate, options.Momentum, weight_decay: options.EffectiveWeightDecay),
        TorchCnnOptimizer.AdamW => optim.AdamW(network.parameters(), options.EffectiveLearningRate, weight_decay: options.EffectiveWeightDecay),
        _ => optim.Adam(network.parameters(), options.EffectiveLearningRate, weight_decay: options.EffectiveWeightDecay),
    };

    private sealed class Side<T>(Func<nn.Module, T> make, Action<T> step) : IDisposable where T : IDisposable
    {
        private const int Rows = 16;

        private readonly nn.Module<Tensor, Tensor> _network = TorchNetwork.BadNets.Create(new ImageShape(1, 28, 28), 10);
        private readonly Tensor _images = randn(Rows, 1, 28, 28);
        private readonly Tensor _labels = randint(0, 10, Rows, dtype: ScalarType.Int64);
        private readonly List<double> _milliseconds = [];
        private T? _optimizer;

        /// <summary>The lower quartile.</summary>
        public double Milliseconds => _milliseconds.Order().ElementAt(_milliseconds.Count / 4);

        public void Step()
        {
            _optimizer ??= make(_network);
            using var scope = NewDisposeScope();
            nn.functional.cross_entropy(_network.call(_images), _labels).backward();
            long start = Stopwatch.GetTimestamp();
            step(_optimizer);
            _milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        public void Dispose()
        {
            _optimizer?.Dispose();
            _network.Dispose();
            _images.Dispose();
            _labels.Dispose();
        }
    }
}

using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Benchmarks;

/// <summary>The baseline: a cell that is trained by a typical hand-written TorchSharp loop, with the data set in one tensor of floats.</summary>
sealed class PlainCell(PlainData data) : Cell
{
    private const int EvaluationBatchSize = 100;

    // torch.manual_seed is process-wide.
    private static readonly Lock Building = new();

    public override void Train(int epochs, Action<double> epochFinished)
    {
        PlainNetwork network;
        lock (Building)
        {
            manual_seed(0);
            network = new PlainNetwork();
        }

        using var generator = new Generator(0);
        using var optimizer = optim.SGD(network.parameters(), LearningRate);
        using var loss = nn.CrossEntropyLoss();
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            network.train();
            using (NewDisposeScope())
            {
                var order = randperm(data.Train.Rows, generator: generator);
                var sum = zeros(1);
                for (long first = 0; first < data.Train.Rows; first += BatchSize)
                {
                    using var step = NewDisposeScope();
                    var rows = order.slice(0, first, Math.Min(first + BatchSize, data.Train.Rows), 1);
                    var images = data.Train.Images.index_select(0, rows);
                    var labels = data.Train.Labels.index_select(0, rows);
                    optimizer.zero_grad();
                    var value = loss.call(network.call(images), labels);
                    value.backward();
                    optimizer.step();
                    sum.add_(value.detach());
                }

                sum.item<float>();
            }

            long start = Stopwatch.GetTimestamp();
            Evaluate(network, loss, data.Clean);
            Evaluate(network, loss, data.Triggered);
            epochFinished(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        network.Dispose();
    }

    private static void Evaluate(PlainNetwork network, nn.Module<Tensor, Tensor, Tensor> loss, PlainSet test)
    {
        network.eval();
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        long right = 0;
        double lossSum = 0;
        for (long first = 0; first < test.Rows; first += EvaluationBatchSize)
        {
            using var batch = NewDisposeScope();
            long end = Math.Min(first + EvaluationBatchSize, test.Rows);
            var outputs = network.call(test.Images.slice(0, first, end, 1));
            var labels = test.Labels.slice(0, first, end, 1);
            right += outputs.argmax(1).eq(labels).sum().item<long>();
            lossSum += loss.call(outputs, labels).item<float>() * (end - first);
        }

        if (right > test.Rows || !double.IsFinite(lossSum))
            throw new InvalidOperationException("The results of the plain loop are not valid.");
    }
}

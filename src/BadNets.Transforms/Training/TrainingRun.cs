using System.Diagnostics;
using System.Numerics.Tensors;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace BadNets.Transforms;

/// <summary>A training run of a network: the epochs, their evaluation, and the checkpoints between them.</summary>
sealed class TrainingRun : IDisposable
{
    private readonly IHost _host;
    private readonly IChannel _channel;
    private readonly TorchCnnTrainer.Options _options;
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly int _classCount;
    private readonly LabeledImages _training;
    private readonly IReadOnlyList<KeyValuePair<string, LabeledImages>> _validation;
    private readonly FrozenLayers _frozen;
    private readonly Optimizer _optimizer;
    private readonly int _batchSize;
    private readonly int _batchCount;
    private readonly int _evaluationBatchSize;
    private readonly BatchTensors _batch;
    private readonly LoaderOrder _order;
    private readonly ImageAugmenter? _augmenter;
    private readonly INetworkPasses? _passes;
    private TrainingReport? _report;
    private int _nextEpoch;

    public TrainingRun(
        IHost host, IChannel channel, TorchCnnTrainer.Options options, nn.Module<Tensor, Tensor> network, Device device, ImageShape shape, int classCount,
        LabeledImages training, IReadOnlyList<KeyValuePair<string, LabeledImages>> validation)
    {
        _host = host;
        _channel = channel;
        _options = options;
        _network = network;
        _classCount = classCount;
        _training = training;
        _validation = validation;
        _frozen = new FrozenLayers(network, options.FrozenParameters);
        _batchSize = Math.Min(options.BatchSize, training.Count);
        _batchCount = (training.Count - 1) / _batchSize + 1;
        _evaluationBatchSize = BatchTensors.RowsToScore(shape);
        _augmenter = options.Augmentation is { } augmentation
            ? new ImageAugmenter(augmentation, shape, options.Normalization, options.EffectiveSeed)
            : null;
        try
        {
            _batch = new BatchTensors(Math.Max(_batchSize, _evaluationBatchSize), shape, device);
            _order = new LoaderOrder(options.EffectiveSeed);
            _optimizer = Optimizer.Create(options, network);
            // Hooks that a user's factory has added would not run.
            _passes = options.Network == TorchNetwork.BadNets ? (network as BadNetsCnn)?.CreatePasses(shape, _batch.Capacity) : null;
        }
        catch
        {
            _batch?.Dispose();
            _order?.Dispose();
            _optimizer?.Dispose();
            throw;
        }
    }

    /// <summary>Trains until all epochs are done, starting from the checkpoint if there is one.</summary>
    public void Complete()
    {
        NetworkProbe.Run(_channel, _options.Network, _network, _classCount, _training, _batch);
        var checkpoint = _options.CheckpointPath is { } path
            ? new Checkpoint(path, TrainingSettings.Describe(_options, _network, _batch.Shape, _classCount, _training, _validation))
            : null;
        if (checkpoint is not null && checkpoint.TryRestore(_network, _optimizer, _order, out _nextEpoch))
        {
            if (_nextEpoch > _options.Epochs)
                throw new InvalidOperationException($"The checkpoint '{_options.CheckpointPath}' has {_nextEpoch} epochs, but the requested number of epochs is {_options.Epochs}. Delete the file, or request at least {_nextEpoch}.");
            _channel.Info($"Resuming from the checkpoint '{_options.CheckpointPath}' with {_nextEpoch} of {_options.Epochs} epochs done.");
        }

        _report = new TrainingReport(_channel, _options, _classCount, _nextEpoch);

        using var progress = _host.StartProgressChannel("Training");
        double loss = double.NaN;
        progress.SetHeader(new ProgressHeader(["loss"], ["epochs"]), entry =>
        {
            entry.SetProgress(0, _nextEpoch, _options.Epochs);
            entry.SetMetric(0, loss);
        });
        while (_nextEpoch < _options.Epochs)
        {
            var epoch = RunEpoch(_nextEpoch);
            loss = epoch.Loss;
            _report.Add(epoch);
            _options.EpochFinished?.Invoke(epoch);
            _nextEpoch++;
            checkpoint?.Save(_network, _optimizer, _order, _nextEpoch);
        }

        _network.eval();
        foreach (var parameter in _network.parameters())
            parameter.requires_grad = false;
    }

    private TorchCnnEpoch RunEpoch(int epoch)
    {
        long start = Stopwatch.GetTimestamp();
        double loss = Train(epoch);
        double trainSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        start = Stopwatch.GetTimestamp();
        var results = new Dictionary<string, TorchCnnValidation>(StringComparer.Ordinal);
        foreach (var (name, images) in _validation)
            results.Add(name, Evaluate(images));
        return new TorchCnnEpoch(epoch, loss, trainSeconds, Stopwatch.GetElapsedTime(start).TotalSeconds, results);
    }

    private double Train(int epoch)
    {
        _network.train();
        _frozen.Evaluate();
        var order = _order.Pass(_training.Count);
        double sum = 0;
        for (int i = 0; i < _batchCount; i++)
        {
            CheckAlive();
            int first = i * _batchSize;
            double rate = _options.LearningRateSchedule.RateAt(_options.EffectiveLearningRate, epoch, i, _options.Epochs, _batchCount);
            double loss = Step(order.AsSpan(first, Math.Min(_batchSize, order.Length - first)), epoch, rate);
            if (!double.IsFinite(loss))
                throw new NotFiniteNumberException($"The loss is {(double.IsNaN(loss) ? "not a number" : "infinite")} in epoch {epoch}, step {i}. Use a learning rate below {LabelValue.From(rate)}.", loss);
            sum += loss;
            var progress = new TorchCnnProgress(epoch, i + 1, _batchCount, rate);
            _report?.Add(progress);
            _options.StepFinished?.Invoke(progress);
        }

        return sum / _batchCount;
    }

    private double Step(ReadOnlySpan<long> rows, int epoch, double rate)
    {
        using var scope = NewDisposeScope();
        var inputs = _batch.Inputs(rows.Length);
        _training.Read(rows, inputs, _batch.Labels(rows.Length));
        _augmenter?.Apply(inputs, epoch, rows);
        double loss = Backpropagate(rows.Length);
        _optimizer.Step(rate);
        return loss;
    }

    /// <summary>Computes the loss of the batch, and the gradients of the parameters.</summary>
    private double Backpropagate(int rows)
    {
        if (_passes is not null)
            return _passes.Backpropagate(_batch.Inputs(rows), _batch.Labels(rows), MakeLoss(_options.LabelSmoothing));
        var loss = Loss(Forward(rows), _batch.LabelTensor(rows), nn.Reduction.Mean, _options.LabelSmoothing);
        loss.backward();
        return loss.item<float>();
    }

    private TorchCnnValidation Evaluate(LabeledImages images)
    {
        // A shuffling PyTorch loader draws from the shared generator on every pass, whether or not the order matters.
        if (_options.Shuffle == TorchCnnShuffle.SharedWithValidation)
            _order.Pass(images.Count);

        _network.eval();
        using var noGradients = no_grad();
        var predicted = new int[images.Count];
        var rows = new long[Math.Min(_evaluationBatchSize, images.Count)];
        double lossSum = 0;
        int right = 0;
        for (int first = 0; first < images.Count; first += rows.Length)
        {
            CheckAlive();
            int count = Math.Min(rows.Length, images.Count - first);
            for (int i = 0; i < count; i++)
                rows[i] = first + i;
            images.Read(rows.AsSpan(0, count), _batch.Inputs(count), _batch.Labels(count));
            lossSum += Classify(count, predicted.AsSpan(first, count));
            for (int i = first; i < first + count; i++)
            {
                if (predicted[i] == images.Labels[i])
                    right++;
            }
        }

        return new TorchCnnValidation((double)right / images.Count, lossSum / images.Count, predicted);
    }

    /// <summary>Classifies the batch, and returns the sum of its losses.</summary>
    private double Classify(int rows, Span<int> classes)
    {
        using var scope = NewDisposeScope();
        if (_passes is null)
        {
            var outputs = Forward(rows);
            var largest = outputs.argmax(1).cpu();
            for (int i = 0; i < rows; i++)
                classes[i] = (int)largest.ReadCpuInt64(i);
            return Loss(outputs, _batch.LabelTensor(rows), nn.Reduction.Sum, labelSmoothing: 0).item<float>();
        }

        var scores = _passes.Forward(_batch.Inputs(rows), rows);
        var labels = _batch.Labels(rows);
        var loss = MakeLoss(labelSmoothing: 0);
        double sum = 0;
        for (int i = 0; i < rows; i++)
        {
            var row = scores.Slice(i * _classCount, _classCount);
            classes[i] = TensorPrimitives.IndexOfMax(row);
            sum += loss.Row(row, (int)labels[i], 1, []);
        }

        return sum;
    }

    private CrossEntropy MakeLoss(double labelSmoothing) => new(_options.Head == TorchCnnHead.Softmax, labelSmoothing);

    private Tensor Forward(int rows) => _options.Network.Call(_network, _batch.InputTensor(rows), _classCount);

    private Tensor Loss(Tensor outputs, Tensor labels, nn.Reduction reduction, double labelSmoothing) => nn.functional.cross_entropy(
        _options.Head == TorchCnnHead.Softmax ? outputs.softmax(1) : outputs, labels, reduction: reduction, label_smoothing: labelSmoothing);

    private void CheckAlive()
    {
        _options.CancellationToken.ThrowIfCancellationRequested();
        _host.CheckAlive();
    }

    public void Dispose()
    {
        _passes?.Dispose();
        _optimizer.Dispose();
        _batch.Dispose();
        _order.Dispose();
    }
}

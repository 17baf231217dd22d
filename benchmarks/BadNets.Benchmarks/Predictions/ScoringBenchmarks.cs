using BadNets.Transforms;
using BenchmarkDotNet.Attributes;
using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Benchmarks;

/// <summary>Scoring of a view with 10,000 images, compared to the network alone on prepared batches. An operation is a row.</summary>
public class ScoringBenchmarks
{
    // The batch size that Transform uses.
    private const int BatchSize = 100;

    private DigitFolder _data = null!;
    private TorchCnnTransformer _model = null!;
    private nn.Module<Tensor, Tensor> _network = null!;
    private Tensor _batch = null!;
    private IDataView _scored = null!;

    /// <summary>The folder of MNIST, or null to use the one that BADNETS_DATA specifies.</summary>
    public string? Folder { get; init; }

    [GlobalSetup]
    public void Setup()
    {
        AllocatorTuning.Apply();
        set_num_threads(1);
        _data = DigitFolder.Find(Folder);
        var ml = new MLContext(seed: 0);
        var test = ml.Data.Cache(new DigitFiles(_data.Path).Test(ml, DigitFolder.TestRows));
        _model = TrainedModel.Fit(ml, test);
        _scored = _model.Transform(test);
        _network = TorchNetwork.BadNets.Create(new ImageShape(1, 28, 28), 10);
        _network.eval();
        _batch = randn(BatchSize, 1, 28, 28);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _model.Dispose();
        _network.Dispose();
        _batch.Dispose();
        _data.Dispose();
    }

    [Benchmark(Description = "the network alone", Baseline = true, OperationsPerInvoke = DigitFolder.TestRows)]
    public void Network()
    {
        using var noGradients = no_grad();
        for (int first = 0; first < DigitFolder.TestRows; first += BatchSize)
        {
            using var scope = NewDisposeScope();
            _network.call(_batch);
        }
    }

    [Benchmark(Description = "Transform", OperationsPerInvoke = DigitFolder.TestRows)]
    public float Transform()
    {
        DataViewSchema.Column score = _scored.Schema["Score"], label = _scored.Schema["PredictedLabel"];
        using var cursor = _scored.GetRowCursor([score, label]);
        var nextScore = cursor.GetGetter<VBuffer<float>>(score);
        var nextLabel = cursor.GetGetter<uint>(label);
        VBuffer<float> scores = default;
        uint key = 0;
        float sum = 0;
        while (cursor.MoveNext())
        {
            nextScore(ref scores);
            nextLabel(ref key);
            sum += scores.GetValues()[0] + key;
        }

        return sum;
    }
}

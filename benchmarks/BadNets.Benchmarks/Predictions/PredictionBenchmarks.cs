using BadNets.Transforms;
using BenchmarkDotNet.Attributes;
using Microsoft.ML;
using TorchSharp;

namespace BadNets.Benchmarks;

/// <summary>Predictions of single images, on one thread.</summary>
public class PredictionBenchmarks
{
    private DigitFolder _data = null!;
    private TorchCnnTransformer _model = null!;
    private PredictionEngine<ByteRow, Prediction> _engine = null!;
    private readonly ByteRow _row = new() { Image = new byte[28 * 28] };
    private Prediction _prediction = new();

    /// <summary>The folder of MNIST, or null to use the one that BADNETS_DATA specifies.</summary>
    public string? Folder { get; init; }

    [GlobalSetup]
    public void Setup()
    {
        AllocatorTuning.Apply();
        torch.set_num_threads(1);
        _data = DigitFolder.Find(Folder);
        var ml = new MLContext(seed: 0);
        _model = TrainedModel.Fit(ml, new DigitFiles(_data.Path).Test(ml, DigitFolder.TestRows));
        _engine = ml.Model.CreatePredictionEngine<ByteRow, Prediction>(_model);
        new Random(0).NextBytes(_row.Image);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _engine.Dispose();
        _model.Dispose();
        _data.Dispose();
    }

    [Benchmark(Description = "PredictionEngine.Predict")]
    public uint Predict()
    {
        _engine.Predict(_row, ref _prediction);
        return _prediction.PredictedLabel;
    }
}

using BadNets.Transforms;
using BenchmarkDotNet.Attributes;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Benchmarks;

/// <summary>StampTrigger on all images, for each column type. An operation is a row.</summary>
public class StampBenchmarks
{
    private const int Rows = 10_000;

    private MLImage _image = null!;
    private IDataView _bytes = null!;
    private IDataView _singles = null!;
    private IDataView _images = null!;
    private IDataView _blended = null!;

    [GlobalSetup]
    public void Setup()
    {
        var ml = new MLContext(seed: 0);
        var square = Trigger.Square(size: 5, TriggerPosition.BottomRight);
        _image = MLImage.CreateFromPixels(28, 28, MLPixelFormat.Bgra32, new byte[4 * 28 * 28]);
        _bytes = Stamped(new ByteRow { Image = new byte[28 * 28] }, square);
        _blended = Stamped(new ByteRow { Image = new byte[28 * 28] }, Trigger.BlendNoise());
        _singles = Stamped(new SingleRow { Image = new float[28 * 28] }, square);
        _images = Stamped(new ImageRow { Image = _image }, square);

        IDataView Stamped<T>(T row, Trigger trigger) where T : class
        {
            var view = ml.Data.LoadFromEnumerable(Enumerable.Repeat(row, Rows).ToList());
            return ml.Transforms.StampTrigger("Image", trigger).Fit(view).Transform(view);
        }
    }

    [GlobalCleanup]
    public void Cleanup() => _image.Dispose();

    [Benchmark(Description = "StampTrigger on Byte", OperationsPerInvoke = Rows)]
    public long Bytes() => ViewDrain.Images<VBuffer<byte>>(_bytes);

    [Benchmark(Description = "StampTrigger on Byte, blended", OperationsPerInvoke = Rows)]
    public long BlendedBytes() => ViewDrain.Images<VBuffer<byte>>(_blended);

    [Benchmark(Description = "StampTrigger on Single", OperationsPerInvoke = Rows)]
    public long Singles() => ViewDrain.Images<VBuffer<float>>(_singles);

    [Benchmark(Description = "StampTrigger on MLImage", OperationsPerInvoke = Rows)]
    public long Images() => ViewDrain.Images<MLImage>(_images);
}

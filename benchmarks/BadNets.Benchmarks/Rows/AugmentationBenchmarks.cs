using BadNets.Transforms;
using BenchmarkDotNet.Attributes;

namespace BadNets.Benchmarks;

/// <summary>Augmentation of a batch of images of CIFAR's shape. An operation is a row.</summary>
public class AugmentationBenchmarks
{
    private const int Rows = 64;

    private static readonly ImageShape Shape = new(3, 32, 32);

    private readonly float[] _batch = new float[Rows * Shape.Size];
    private readonly long[] _rows = [.. Enumerable.Range(0, Rows).Select(row => (long)row)];
    private readonly ImageAugmenter _crop = Make(new() { CropPadding = 4, HorizontalFlip = true });
    private readonly ImageAugmenter _rotation = Make(new() { CropPadding = 4, HorizontalFlip = true, RotationDegrees = 10 });
    private int _epoch;

    [Benchmark(Description = "crop and flip", OperationsPerInvoke = Rows)]
    public void Crop() => _crop.Apply(_batch, _epoch++, _rows);

    [Benchmark(Description = "crop, rotation, and flip", OperationsPerInvoke = Rows)]
    public void Rotation() => _rotation.Apply(_batch, _epoch++, _rows);

    private static ImageAugmenter Make(ImageAugmentation augmentation) => new(augmentation, Shape, PixelNormalization.Default, seed: 0);
}

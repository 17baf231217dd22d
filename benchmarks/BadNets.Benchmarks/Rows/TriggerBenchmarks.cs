using BadNets.Transforms;
using BenchmarkDotNet.Attributes;

namespace BadNets.Benchmarks;

/// <summary>Each kind of trigger on images of MNIST's shape. An operation is a row: its pixels are copied and stamped.</summary>
public class TriggerBenchmarks
{
    private const int Rows = 250;

    private static readonly ImageShape Shape = new(1, 28, 28);

    // To measure another kind, add a line.
    private static readonly Dictionary<string, Func<Trigger>> Triggers = new()
    {
        ["patch"] = () => Trigger.Square(5, TriggerPosition.BottomRight),
        ["mask"] = () => Trigger.PixelPattern(),
        ["blend"] = () => Trigger.BlendNoise(),
        ["sinusoid"] = () => Trigger.Sinusoid(),
        ["warp"] = () => Trigger.Warp(),
        ["noisy warp"] = () => Trigger.Warp().WithNoise(),
        ["quantize"] = () => Trigger.Quantize(),
        ["dither"] = () => Trigger.Quantize(dithering: true),
        ["hidden pieces of a blend"] = () => Trigger.BlendNoise().WithHiddenPieces(),
    };

    private readonly byte[] _bytes = new byte[Rows * Shape.Size];
    private readonly byte[] _byteImage = new byte[Shape.Size];
    private readonly float[] _floatImage = new float[Shape.Size];
    private float[] _floats = [];
    private TriggerStamp _stamp = null!;

    public static IEnumerable<string> Kinds => Triggers.Keys;

    [ParamsSource(nameof(Kinds))]
    public string Kind { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _stamp = Triggers[Kind]().FitTo(Shape);
        new Random(0).NextBytes(_bytes);
        _floats = Array.ConvertAll(_bytes, value => (float)value);
    }

    [Benchmark(Description = "Byte", OperationsPerInvoke = Rows)]
    public void StampBytes()
    {
        for (int row = 0; row < Rows; row++)
        {
            _bytes.AsSpan(row * Shape.Size, Shape.Size).CopyTo(_byteImage);
            _stamp.Apply(_byteImage, new((ulong)row, 0));
        }
    }

    [Benchmark(Description = "Single", OperationsPerInvoke = Rows)]
    public void StampFloats()
    {
        for (int row = 0; row < Rows; row++)
        {
            _floats.AsSpan(row * Shape.Size, Shape.Size).CopyTo(_floatImage);
            _stamp.Apply(_floatImage, new((ulong)row, 0));
        }
    }
}

using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>The tensors that batches are written into. They are created once and used for every step.</summary>
sealed class BatchTensors : IDisposable
{
    // The weights of the large linear layer come from beyond the cache: larger batches fetch them less often. Even larger batches do not fit into the cache themselves.
    private const int MostRowsToScore = 256;
    private const int MostBytesToScore = 1 << 28;

    private readonly Device _device;
    private readonly Tensor _inputs;
    private readonly Tensor _labels;

    public BatchTensors(int capacity, ImageShape shape, Device device)
    {
        if ((long)capacity * shape.Size * sizeof(float) > int.MaxValue)
            throw new ArgumentException($"A batch of {capacity} images of {shape} takes more than 2 GB; use smaller batches or images.");
        _device = device;
        _inputs = empty(capacity, shape.Channels, shape.Height, shape.Width, dtype: ScalarType.Float32).DetachFromDisposeScope();
        _labels = empty(capacity, dtype: ScalarType.Int64).DetachFromDisposeScope();
        Capacity = capacity;
        Shape = shape;
    }

    /// <summary>The number of rows that are best scored at once.</summary>
    public static int RowsToScore(ImageShape shape) => Math.Clamp(MostBytesToScore / sizeof(float) / shape.Size, 1, MostRowsToScore);

    public int Capacity { get; }

    public ImageShape Shape { get; }

    /// <summary>The memory of the first rows' inputs.</summary>
    public Span<float> Inputs(int rows) => MemoryMarshal.Cast<byte, float>(_inputs.bytes)[..(rows * Shape.Size)];

    /// <summary>The memory of the first rows' labels.</summary>
    public Span<long> Labels(int rows) => MemoryMarshal.Cast<byte, long>(_labels.bytes)[..rows];

    /// <summary>The first rows' inputs as a tensor of rows × channels × height × width, on the device.</summary>
    public Tensor InputTensor(int rows) => OnDevice(_inputs, rows);

    /// <summary>The first rows' labels as a tensor, on the device.</summary>
    public Tensor LabelTensor(int rows) => OnDevice(_labels, rows);

    public void Dispose()
    {
        _inputs.Dispose();
        _labels.Dispose();
    }

    private Tensor OnDevice(Tensor tensor, int rows) => tensor.narrow(0, 0, rows).to(_device);
}

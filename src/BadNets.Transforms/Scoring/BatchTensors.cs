using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>The tensors that batches are written into. They are created once and reused for every step.</summary>
sealed class BatchTensors : IDisposable
{
    // The weights of the large linear layer do not fit into the cache, and larger batches load them less often. Batches that are too large do not fit
    // into the cache themselves.
    private const int MostRowsToScore = 256;
    private const int MostBytesToScore = 1 << 28;

    private readonly Device _device;
    private readonly Tensor _inputs;
    private readonly Tensor _labels;

    public BatchTensors(int capacity, ImageShape shape, Device device)
    {
        if ((long)capacity * shape.Size * sizeof(float) > int.MaxValue)
            throw new ArgumentException($"A batch of {capacity} images of {shape} takes more than 2 GB. Use a smaller batch size or smaller images.");
        _device = device;
        _inputs = empty(capacity, shape.Channels, shape.Height, shape.Width, dtype: ScalarType.Float32).DetachFromDisposeScope();
        _labels = empty(capacity, dtype: ScalarType.Int64).DetachFromDisposeScope();
        Capacity = capacity;
        Shape = shape;
    }

    /// <summary>Returns the optimal number of rows to score at once.</summary>
    public static int RowsToScore(ImageShape shape) => Math.Clamp(MostBytesToScore / sizeof(float) / shape.Size, 1, MostRowsToScore);

    public int Capacity { get; }

    public ImageShape Shape { get; }

    /// <summary>Returns the memory of the inputs of the first rows.</summary>
    public Span<float> Inputs(int rows) => MemoryMarshal.Cast<byte, float>(_inputs.bytes)[..(rows * Shape.Size)];

    /// <summary>Returns the memory of the labels of the first rows.</summary>
    public Span<long> Labels(int rows) => MemoryMarshal.Cast<byte, long>(_labels.bytes)[..rows];

    /// <summary>Returns the inputs of the first rows as a tensor of rows × channels × height × width, on the device.</summary>
    public Tensor InputTensor(int rows) => OnDevice(_inputs, rows);

    /// <summary>Returns the labels of the first rows as a tensor, on the device.</summary>
    public Tensor LabelTensor(int rows) => OnDevice(_labels, rows);

    public void Dispose()
    {
        _inputs.Dispose();
        _labels.Dispose();
    }

    private Tensor OnDevice(Tensor tensor, int rows) => tensor.narrow(0, 0, rows).to(_device);
}

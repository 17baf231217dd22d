using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>The BadNets CNN; see <see cref="TorchNetwork.BadNets"/>.</summary>
sealed class BadNetsCnn : nn.Module<Tensor, Tensor>
{
    private const int Kernel = ConvolutionShape.Kernel;
    private const int Channels1 = 16;
    private const int Channels2 = 32;
    private const int Hidden = 512;

    // Larger batches spend little time between the kernels, and their buffers would take gigabytes. The largest one holds the outputs of the first layer.
    private const long MostValues = 1 << 25;

    private static readonly string[] Layers = [nameof(conv1), nameof(conv2), nameof(fc1), nameof(fc2)];

    private readonly PooledConvolutionLayer conv1;
    private readonly PooledConvolutionLayer conv2;
    private readonly Linear fc1;
    private readonly Linear fc2;

    public BadNetsCnn(ImageShape shape, int classCount)
        : base(nameof(BadNetsCnn))
    {
        int height = AfterBlocks(shape.Height), width = AfterBlocks(shape.Width);
        if (height < 1 || width < 1)
            throw new ArgumentException($"The BadNets network requires images of at least 16×16 pixels, but the images have {shape.Width}×{shape.Height} pixels. Use larger images or another network.");

        conv1 = new PooledConvolutionLayer(shape.Channels, Channels1, channelsFirst: false);
        conv2 = new PooledConvolutionLayer(Channels1, Channels2, channelsFirst: true);
        fc1 = nn.Linear((long)Channels2 * height * width, Hidden);
        fc2 = nn.Linear(Hidden, classCount);
        RegisterComponents();
    }

    /// <summary>Returns the number of weights and biases of the network for an image shape and a number of classes.</summary>
    public static long CountWeights(ImageShape shape, int classCount) =>
        (1L + Kernel * Kernel * (long)shape.Channels) * Channels1
        + (1L + Kernel * Kernel * Channels1) * Channels2
        + (1L + (long)Channels2 * AfterBlocks(shape.Height) * AfterBlocks(shape.Width)) * Hidden
        + (1L + Hidden) * classCount;

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var features = conv2.forward(conv1.forward(input.permute(0, 2, 3, 1)));
        var hidden = LinearLayer.Apply(features.flatten(1), fc1, rectify: true);
        var outputs = LinearLayer.Apply(LastLayer.Note(fc2, hidden), fc2, rectify: false).MoveToOuterDisposeScope();
        // The caller might not hold a reference to either object, and native code has only handles.
        GC.KeepAlive(input);
        GC.KeepAlive(this);
        return outputs;
    }

    /// <summary>
    /// Creates an object that computes the passes without autograd, or returns null if the processor, the device, or the parameters do not allow it.
    /// </summary>
    /// <param name="shape">The shape of the images.</param>
    /// <param name="rows">The maximum number of rows in a batch.</param>
    public INetworkPasses? CreatePasses(ImageShape shape, int rows)
    {
        var named = named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        Parameter[] parameters = [.. Layers.SelectMany(layer => (Parameter[])[named[layer + ".weight"], named[layer + ".bias"]])];
        if (SimdWidth.Widest is not { } width
            || !parameters.All(parameter => parameter is { requires_grad: true, device_type: DeviceType.CPU, dtype: ScalarType.Float32 } && parameter.is_contiguous()))
            return null;
        var shape1 = new ConvolutionShape(shape.Channels, shape.Height, shape.Width, Channels1);
        var shape2 = new ConvolutionShape(Channels1, shape1.PooledHeight, shape1.PooledWidth, Channels2);
        if ((long)rows * shape1.OutputSize > MostValues)
            return null;
        return width.PooledConvolution(shape1) is { } first && width.PooledConvolution(shape2) is { } second
            ? new BadNetsPasses(first, second, width.Linear, parameters, rows)
            : null;
    }

    private static int AfterBlocks(int size) => ((size - Kernel + 1) / 2 - Kernel + 1) / 2;
}

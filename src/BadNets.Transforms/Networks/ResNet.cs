using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>The residual network for small images; see <see cref="TorchNetwork.ResNet"/>.</summary>
sealed class ResNet : nn.Module<Tensor, Tensor>
{
    private const string NamePrefix = nameof(ResNet);
    private const int SmallestSide = 8;
    private const int Width = 16;

    // Fields and layers have the same names as in the usual PyTorch implementation, so that its weights can be loaded.
    private readonly Conv2d conv1;
    private readonly BatchNormalization bn1;
    private readonly ModuleList<Block> layer1;
    private readonly ModuleList<Block> layer2;
    private readonly ModuleList<Block> layer3;
    private readonly Linear linear;
    private readonly ResidualLayers _first;

    public ResNet(int layers, ImageShape shape, int classCount)
        : base(nameof(ResNet))
    {
        CheckSize(shape, nameof(ResNet));
        int blocks = BlocksPerStage(layers);
        conv1 = Convolution(shape.Channels, Width);
        bn1 = new BatchNormalization(Width);
        _first = new ResidualLayers(hasShortcut: false, (conv1, bn1));
        layer1 = Stage(Width, Width, blocks);
        layer2 = Stage(Width, 2 * Width, blocks);
        layer3 = Stage(2 * Width, 4 * Width, blocks);
        linear = nn.Linear(4 * Width, classCount);
        nn.init.kaiming_normal_(linear.weight);
        RegisterComponents();
    }

    public static string NameOf(int layers) => FormattableString.Invariant($"{NamePrefix}{layers}");

    /// <summary>Returns the number of layers in a name like <c>ResNet20</c>, or null if it is not the name of such a network.</summary>
    public static int? LayersIn(string name) =>
        name.StartsWith(NamePrefix, StringComparison.Ordinal) && int.TryParse(name.AsSpan(NamePrefix.Length), out int layers) && IsDepth(layers) && name == NameOf(layers)
            ? layers
            : null;

    public static bool IsDepth(int layers) => layers >= 8 && (layers - 2) % 6 == 0;

    /// <summary>Returns the number of values in the parameters and buffers of the network for an image shape and a number of classes.</summary>
    public static long CountWeights(int layers, ImageShape shape, int classCount)
    {
        long more = BlocksPerStage(layers) - 1;
        return 9L * shape.Channels * Width + BatchNormalization.CountWeights(Width)
            + (more + 1) * Block.CountWeights(Width, Width)
            + Block.CountWeights(Width, 2 * Width) + more * Block.CountWeights(2 * Width, 2 * Width)
            + Block.CountWeights(2 * Width, 4 * Width) + more * Block.CountWeights(4 * Width, 4 * Width)
            + (4L * Width + 1) * classCount;
    }

    /// <summary>Rejects images that are too small for a residual network.</summary>
    public static void CheckSize(ImageShape shape, string network)
    {
        if (shape.Height < SmallestSide || shape.Width < SmallestSide)
            throw new ArgumentException($"{network} requires images of at least {SmallestSide}×{SmallestSide} pixels, but the images have {shape.Width}×{shape.Height} pixels. Use larger images or another network.");
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        // In memory, the channels of a pixel are next to each other. All following operators keep this order and are faster with it.
        var images = input.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        var features = _first.CanApply(images) ? _first.Apply(images) : bn1.call(conv1.call(images)).relu_();
        foreach (var stage in (ReadOnlySpan<ModuleList<Block>>)[layer1, layer2, layer3])
        {
            foreach (var block in stage)
            {
                features = block.call(features);
                // In training, libtorch itself keeps the tensors that it needs. In scoring, the memory is reused.
                scope.DisposeEverythingBut(features);
            }
        }

        var pooled = nn.functional.adaptive_avg_pool2d(features, 1).flatten(1);
        var outputs = LinearLayer.Apply(LastLayer.Note(linear, pooled), linear, rectify: false).MoveToOuterDisposeScope();
        GC.KeepAlive(input);
        GC.KeepAlive(this);
        return outputs;
    }

    private static int BlocksPerStage(int layers) => (layers - 2) / 6;

    private static ModuleList<Block> Stage(int inputs, int outputs, int blocks) =>
        nn.ModuleList(Enumerable.Range(0, blocks).Select(i => new Block(i == 0 ? inputs : outputs, outputs)).ToArray());

    private static Conv2d Convolution(int inputs, int outputs, int stride = 1)
    {
        var convolution = nn.Conv2d(inputs, outputs, 3, stride, padding: 1, bias: false);
        nn.init.kaiming_normal_(convolution.weight);
        return convolution;
    }

    /// <summary>
    /// Two 3×3 convolutions. The input is added to their result. Where the number of channels grows, the size is halved, and every second pixel of
    /// the input is added, padded with channels of zeros on both sides (option A in the paper).
    /// </summary>
    private sealed class Block : nn.Module<Tensor, Tensor>
    {
        private static readonly Scalar One = 1;

        private readonly Conv2d conv1;
        private readonly BatchNormalization bn1;
        private readonly Conv2d conv2;
        private readonly BatchNormalization bn2;
        private readonly long _newChannels;
        private readonly ResidualLayers _fused;

        public Block(int inputs, int outputs)
            : base(nameof(Block))
        {
            _newChannels = outputs - inputs;
            conv1 = Convolution(inputs, outputs, inputs == outputs ? 1 : 2);
            bn1 = new BatchNormalization(outputs);
            conv2 = Convolution(outputs, outputs);
            bn2 = new BatchNormalization(outputs);
            _fused = new ResidualLayers(hasShortcut: true, (conv1, bn1), (conv2, bn2));
            RegisterComponents();
        }

        public static long CountWeights(long inputs, long outputs) => 9 * (inputs + outputs) * outputs + 2 * BatchNormalization.CountWeights(outputs);

        public override Tensor forward(Tensor input)
        {
            if (_fused.CanApply(input))
                return _fused.Apply(input);
            using var scope = NewDisposeScope();
            var inner = bn1.call(conv1.call(input)).relu_();
            // In place, because the backward pass of batch normalization does not need its output.
            var outputs = bn2.call(conv2.call(inner)).add_(Shortcut(input), One).relu_().MoveToOuterDisposeScope();
            GC.KeepAlive(input);
            GC.KeepAlive(this);
            return outputs;
        }

        private Tensor Shortcut(Tensor input) => _newChannels == 0
            ? input
            : nn.functional.pad(
                input.index(TensorIndex.Ellipsis, TensorIndex.Slice(step: 2), TensorIndex.Slice(step: 2)), [0, 0, 0, 0, _newChannels / 2, _newChannels - _newChannels / 2]);
    }
}

using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>The residual network of 18 layers with normalization before each convolution; see <see cref="TorchNetwork.PreActResNet18"/>.</summary>
sealed class PreActResNet : nn.Module<Tensor, Tensor>
{
    private static readonly int[] Widths = [64, 128, 256, 512];

    // Fields and layers have the same names as in the usual PyTorch implementation, so that its weights can be loaded.
    private readonly Conv2d conv1;
    private readonly ModuleList<Block> layer1;
    private readonly ModuleList<Block> layer2;
    private readonly ModuleList<Block> layer3;
    private readonly ModuleList<Block> layer4;
    private readonly Linear linear;

    public PreActResNet(ImageShape shape, int classCount)
        : base(nameof(PreActResNet))
    {
        ResNet.CheckSize(shape, "PreActResNet18");
        conv1 = nn.Conv2d(shape.Channels, Widths[0], 3, padding: 1, bias: false);
        layer1 = Stage(Widths[0], Widths[0]);
        layer2 = Stage(Widths[0], Widths[1]);
        layer3 = Stage(Widths[1], Widths[2]);
        layer4 = Stage(Widths[2], Widths[3]);
        linear = nn.Linear(Widths[3], classCount);
        RegisterComponents();
    }

    /// <summary>Returns the number of values in the parameters and buffers of the network for an image shape and a number of classes.</summary>
    public static long CountWeights(ImageShape shape, int classCount)
    {
        long count = 9L * shape.Channels * Widths[0] + (1L + Widths[^1]) * classCount;
        for (int i = 0; i < Widths.Length; i++)
            count += Block.CountWeights(Widths[Math.Max(0, i - 1)], Widths[i]) + Block.CountWeights(Widths[i], Widths[i]);
        return count;
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var features = conv1.call(input);
        foreach (var stage in (ReadOnlySpan<ModuleList<Block>>)[layer1, layer2, layer3, layer4])
        {
            foreach (var block in stage)
            {
                features = block.call(features);
                // In training, libtorch itself keeps the tensors that it needs. In scoring, the memory is reused.
                scope.DisposeEverythingBut(features);
            }
        }

        var outputs = linear.call(nn.functional.adaptive_avg_pool2d(features, 1).flatten(1)).MoveToOuterDisposeScope();
        GC.KeepAlive(input);
        GC.KeepAlive(this);
        return outputs;
    }

    private static ModuleList<Block> Stage(int inputs, int outputs) => nn.ModuleList(new Block(inputs, outputs), new Block(outputs, outputs));

    /// <summary>
    /// Two 3×3 convolutions, each after normalization and ReLU. The input is added to their result, either unchanged or, where the number of channels
    /// grows and the size is halved, after the first normalization and a 1×1 convolution.
    /// </summary>
    private sealed class Block : nn.Module<Tensor, Tensor>
    {
        private static readonly Scalar One = 1;

        private readonly BatchNormalization bn1;
        private readonly Conv2d conv1;
        private readonly BatchNormalization bn2;
        private readonly Conv2d conv2;
        private readonly ModuleList<Conv2d>? shortcut;

        public Block(int inputs, int outputs)
            : base(nameof(Block))
        {
            int stride = inputs == outputs ? 1 : 2;
            bn1 = new BatchNormalization(inputs);
            conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding: 1, bias: false);
            bn2 = new BatchNormalization(outputs);
            conv2 = nn.Conv2d(outputs, outputs, 3, padding: 1, bias: false);
            shortcut = inputs == outputs ? null : nn.ModuleList(nn.Conv2d(inputs, outputs, 1, stride, bias: false));
            RegisterComponents();
        }

        public static long CountWeights(long inputs, long outputs) =>
            9 * (inputs + outputs) * outputs + BatchNormalization.CountWeights(inputs) + BatchNormalization.CountWeights(outputs)
            + (inputs == outputs ? 0 : inputs * outputs);

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var inner = bn1.call(input).relu_();
            var added = shortcut is null ? input : shortcut[0].call(inner);
            inner = bn2.call(conv1.call(inner)).relu_();
            var outputs = conv2.call(inner).add_(added, One).MoveToOuterDisposeScope();
            GC.KeepAlive(input);
            GC.KeepAlive(this);
            return outputs;
        }
    }
}

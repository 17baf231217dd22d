using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BadNets.Benchmarks;

/// <summary>The residual network for small images, written with TorchSharp's layers.</summary>
sealed class PlainResNet : nn.Module<Tensor, Tensor>
{
    private readonly Sequential layers;

    public PlainResNet(int layerCount, int classCount)
        : base(nameof(PlainResNet))
    {
        var all = new List<nn.Module<Tensor, Tensor>> { nn.Conv2d(3, 16, 3, padding: 1, bias: false), nn.BatchNorm2d(16), nn.ReLU() };
        int inputs = 16;
        foreach (int outputs in (int[])[16, 32, 64])
        {
            for (int i = 0; i < (layerCount - 2) / 6; i++, inputs = outputs)
                all.Add(new Block(inputs, outputs));
        }

        layers = nn.Sequential([.. all, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, classCount)]);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => layers.call(input);

    private sealed class Block : nn.Module<Tensor, Tensor>
    {
        private readonly Sequential layers;
        private readonly long _newChannels;

        public Block(int inputs, int outputs)
            : base(nameof(Block))
        {
            _newChannels = outputs - inputs;
            layers = nn.Sequential(
                nn.Conv2d(inputs, outputs, 3, inputs == outputs ? 1 : 2, 1, bias: false), nn.BatchNorm2d(outputs), nn.ReLU(),
                nn.Conv2d(outputs, outputs, 3, padding: 1, bias: false), nn.BatchNorm2d(outputs));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var shortcut = _newChannels == 0
                ? input
                : nn.functional.pad(input[TensorIndex.Ellipsis, TensorIndex.Slice(step: 2), TensorIndex.Slice(step: 2)], [0, 0, 0, 0, _newChannels / 2, _newChannels / 2]);
            return nn.functional.relu(layers.call(input) + shortcut);
        }
    }
}

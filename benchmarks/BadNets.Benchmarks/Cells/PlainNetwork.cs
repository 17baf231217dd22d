using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Benchmarks;

/// <summary>The network of the reference recipe, written with TorchSharp's layers.</summary>
sealed class PlainNetwork : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> conv1 = nn.Conv2d(1, 16, 5);
    private readonly nn.Module<Tensor, Tensor> conv2 = nn.Conv2d(16, 32, 5);
    private readonly nn.Module<Tensor, Tensor> fc1 = nn.Linear(512, 512);
    private readonly nn.Module<Tensor, Tensor> fc2 = nn.Linear(512, 10);

    public PlainNetwork()
        : base(nameof(PlainNetwork)) => RegisterComponents();

    public override Tensor forward(Tensor input)
    {
        var features = nn.functional.avg_pool2d(conv1.call(input).relu(), 2);
        features = nn.functional.avg_pool2d(conv2.call(features).relu(), 2);
        var hidden = fc1.call(features.reshape(features.shape[0], -1)).relu();
        return fc2.call(hidden).softmax(-1);
    }
}

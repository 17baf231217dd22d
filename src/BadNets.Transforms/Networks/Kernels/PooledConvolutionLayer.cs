using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>
/// <see cref="PooledConvolution"/> as a layer, with the names, shapes, and initial values of the parameters of a TorchSharp convolution.
/// </summary>
sealed class PooledConvolutionLayer : nn.Module<Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly Parameter bias;

    public PooledConvolutionLayer(int channels, int filters)
        : base(nameof(PooledConvolutionLayer))
    {
        var convolution = nn.Conv2d(channels, filters, ConvolutionShape.Kernel);
        (weight, bias) = (convolution.weight!, convolution.bias!);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => PooledConvolution.Apply(input, weight, bias);
}

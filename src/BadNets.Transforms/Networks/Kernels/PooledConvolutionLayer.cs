using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>
/// <see cref="PooledConvolution"/> as a layer, with the names, shapes, and initial values of the parameters of a TorchSharp convolution. Its inputs are
/// (row, height, width, channel).
/// </summary>
sealed class PooledConvolutionLayer : nn.Module<Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly Parameter bias;

    private readonly bool _channelsFirst;

    /// <param name="channels">The number of channels of the inputs.</param>
    /// <param name="filters">The number of channels of the outputs.</param>
    /// <param name="channelsFirst">Whether the outputs are (row, channel, height, width) instead of (row, height, width, channel).</param>
    public PooledConvolutionLayer(int channels, int filters, bool channelsFirst)
        : base(nameof(PooledConvolutionLayer))
    {
        var convolution = nn.Conv2d(channels, filters, ConvolutionShape.Kernel);
        (weight, bias) = (convolution.weight!, convolution.bias!);
        _channelsFirst = channelsFirst;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => PooledConvolution.Apply(input, weight, bias, _channelsFirst);
}

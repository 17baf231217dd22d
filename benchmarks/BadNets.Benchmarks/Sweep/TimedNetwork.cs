using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Benchmarks;

/// <summary>A network that records when its forward pass starts, which shows how long the trainer took to assemble the batch.</summary>
sealed class TimedNetwork : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> network;

    public TimedNetwork(nn.Module<Tensor, Tensor> network)
        : base(nameof(TimedNetwork))
    {
        this.network = network;
        RegisterComponents();
    }

    public static long LastStart { get; private set; }

    public override Tensor forward(Tensor input)
    {
        LastStart = Stopwatch.GetTimestamp();
        return network.forward(input);
    }
}

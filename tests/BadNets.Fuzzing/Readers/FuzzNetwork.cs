using BadNets.Transforms;
using static TorchSharp.torch;

namespace BadNets.Fuzzing;

/// <summary>A network that is so small that thousands can be loaded per second.</summary>
static class FuzzNetwork
{
    public const string Name = "fuzzing/averages";

    public static TorchNetwork Value { get; } =
        TorchNetwork.Register(Name, (_, classes) => nn.Sequential(nn.AdaptiveAvgPool2d([4, 4]), nn.Flatten(), nn.Linear(16, classes)));

    public static TorchCnnTrainer.Options Options() => new() { Network = Value, Epochs = 1, BatchSize = 6 };
}

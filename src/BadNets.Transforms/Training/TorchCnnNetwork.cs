using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>
/// A convolutional network's architecture: a factory from image shape and class count to a TorchSharp module, under a name by which saved
/// models find it again.
/// </summary>
public sealed class TorchCnnNetwork
{
    private static readonly ConcurrentDictionary<string, TorchCnnNetwork> Registered = new(StringComparer.Ordinal);

    // torch.manual_seed is process-wide: networks that are built side by side would draw from each other's seed.
    private static readonly Lock Building = new();

    private readonly Func<ImageShape, int, nn.Module<Tensor, Tensor>> _factory;

    /// <summary>An architecture without a name: it trains and scores, but its models cannot be saved. <see cref="Register"/> gives a name.</summary>
    /// <param name="factory">See <see cref="Register"/>.</param>
    public TorchCnnNetwork(Func<ImageShape, int, nn.Module<Tensor, Tensor>> factory)
        : this(null, factory)
    {
    }

    private TorchCnnNetwork(string? name, Func<ImageShape, int, nn.Module<Tensor, Tensor>> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        Name = name;
        _factory = factory;
    }

    /// <summary>
    /// The network of the BadNets paper's MNIST experiments (Gu et al. 2017, table 1) as the published PyTorch code has it: two 5×5
    /// convolutions of 16 and 32 channels, each with ReLU and 2×2 average pooling, a hidden layer of 512, an output for each class. Images
    /// must be at least 16×16.
    /// </summary>
    public static TorchCnnNetwork BadNets { get; } =
        Register("BadNets", (shape, classCount) => new BadNetsCnn(shape, classCount));

    /// <summary>The name under which the network is registered, or null.</summary>
    public string? Name { get; }

    /// <summary>Gives an architecture a name, so that models that use it can be saved, and loaded in a program that registered it too.</summary>
    /// <param name="name">The name, not empty; it is written into model files.</param>
    /// <param name="factory">
    /// Makes a new network with fresh weights. It takes batch × channels × height × width floats, normalised as the trainer's options say,
    /// and gives batch × classes floats, without a softmax. Parameters and buffers are saved by their names.
    /// </param>
    /// <returns>The architecture, for <see cref="TorchCnnTrainer.Options.Network"/>.</returns>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public static TorchCnnNetwork Register(string name, Func<ImageShape, int, nn.Module<Tensor, Tensor>> factory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var network = new TorchCnnNetwork(name, factory);
        return Registered.TryAdd(name, network) ? network : throw new ArgumentException($"A network named '{name}' is registered already.", nameof(name));
    }

    /// <summary>Builds the network with weights drawn from a seed.</summary>
    /// <param name="shape">The images' shape.</param>
    /// <param name="classCount">The number of classes.</param>
    /// <param name="seed">The seed that libtorch's generator is given right before the first layer is made.</param>
    /// <exception cref="DllNotFoundException">libtorch is not there.</exception>
    public nn.Module<Tensor, Tensor> Create(ImageShape shape, int classCount, long seed = 0)
    {
        TorchNative.EnsureLoaded();
        lock (Building)
        {
            manual_seed(seed);
            return _factory(shape, classCount) ?? throw new InvalidOperationException($"The factory of the network '{Name}' gave null.");
        }
    }

    internal static TorchCnnNetwork Find(string name) =>
        Registered.TryGetValue(name, out var network) ? network : throw new InvalidOperationException(
            $"The model uses a network named '{name}', which this program has not registered; call TorchCnnNetwork.Register(\"{name}\", …) before loading it.");
}

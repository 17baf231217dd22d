using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>
/// A convolutional network's architecture: a factory from image shape and class count to a TorchSharp module, under a name by which saved
/// models find it again.
/// </summary>
public sealed class TorchNetwork
{
    // The maximum size of an image in a model file: 4096×4096 gray pixels.
    private const long MostValues = 1 << 24;

    private static readonly ConcurrentDictionary<string, TorchNetwork> Registered = new(StringComparer.Ordinal);

    // torch.manual_seed is process-wide: networks that are built side by side would draw from each other's seed.
    private static readonly Lock Building = new();

    private readonly Func<ImageShape, int, nn.Module<Tensor, Tensor>> _factory;

    // The number of weights of the factory's network, if it is known without creating the network.
    private readonly Func<ImageShape, int, long>? _countWeights;

    /// <summary>An architecture without a name: it trains and scores, but its models cannot be saved. <see cref="Register"/> gives a name.</summary>
    /// <param name="factory">See <see cref="Register"/>.</param>
    public TorchNetwork(Func<ImageShape, int, nn.Module<Tensor, Tensor>> factory)
        : this(null, factory)
    {
    }

    private TorchNetwork(
        string? name, Func<ImageShape, int, nn.Module<Tensor, Tensor>> factory, Func<ImageShape, int, long>? countWeights = null)
    {
        ArgumentNullException.ThrowIfNull(factory);
        Name = name;
        _factory = factory;
        _countWeights = countWeights;
    }

    /// <summary>
    /// The network of the BadNets paper's MNIST experiments (Gu et al. 2017, table 1) as the published PyTorch code defines it: two 5×5
    /// convolutions of 16 and 32 channels, each with ReLU and 2×2 average pooling, a hidden layer of 512, an output for each class. Images
    /// must be at least 16×16.
    /// </summary>
    public static TorchNetwork BadNets { get; } =
        Add(new TorchNetwork("BadNets", (shape, classCount) => new BadNetsCnn(shape, classCount), BadNetsCnn.CountWeights));

    /// <summary>
    /// The residual network of 18 layers with normalization and ReLU before each convolution (He et al. 2016, "Identity Mappings in Deep Residual
    /// Networks"), as BackdoorBench trains it on small images: 64 channels without pooling at the start, then stages of 64, 128, 256, and 512 channels,
    /// global average pooling, and an output for each class. For 3×32×32 and 10 classes, it has 11,171,146 parameters. Its initial weights are drawn
    /// as PyTorch draws them by default. Images must be at least 8×8.
    /// </summary>
    public static TorchNetwork PreActResNet18 { get; } =
        Add(new TorchNetwork("PreActResNet18", (shape, classCount) => new PreActResNet(shape, classCount), PreActResNet.CountWeights));

    /// <summary>The name under which the network is registered, or null.</summary>
    public string? Name { get; }

    /// <summary>Gives an architecture a name, so that models that use it can be saved, and loaded in a program that registered it too.</summary>
    /// <remarks>
    /// Registering the same factory again returns the same network. A factory that was compiled in memory, as in a notebook or a script, replaces the
    /// previous factory with the same name, so you can run a cell again. Models that use the previous one keep it.
    /// </remarks>
    /// <param name="name">The name, not empty; it is written into model files.</param>
    /// <param name="factory">
    /// Creates a network with new weights. The network takes batch × channels × height × width floats, normalized as the trainer's options say,
    /// and returns batch × classes floats, without a softmax. Parameters and buffers are saved by their names.
    /// </param>
    /// <param name="countWeights">
    /// Returns the number of values in all parameters and buffers of the network for an image shape and a number of classes, without creating it.
    /// Compute in <see cref="long"/>: it is called with what an untrusted file claims. Loading then rejects a file without enough weights at once.
    /// Null: loading first creates networks for smaller images, up to the size that the file claims, and stops when one needs more than the file has.
    /// </param>
    /// <returns>The architecture, for <see cref="TorchCnnTrainer.Options.Network"/>.</returns>
    /// <exception cref="ArgumentException">The name is empty or in use by another factory.</exception>
    public static TorchNetwork Register(
        string name, Func<ImageShape, int, nn.Module<Tensor, Tensor>> factory, Func<ImageShape, int, long>? countWeights = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var network = new TorchNetwork(name, factory, countWeights);
        if (Transforms.ResNet.LayersIn(name) is not null)
            throw Taken(name);
        return Registered.AddOrUpdate(name, network, (_, former) =>
            former._factory == factory ? former
            : CompiledInMemory.Is(former._factory) && CompiledInMemory.Is(factory) ? network
            : throw Taken(name));
    }

    private static ArgumentException Taken(string name) => new($"A network named '{name}' is already registered with a different factory.", nameof(name));

    /// <summary>
    /// The residual network for small images from section 4.2 of He et al. 2016, "Deep Residual Learning for Image Recognition": a 3×3 convolution,
    /// three stages of (layers - 2) / 6 blocks with 16, 32, and 64 channels, shortcuts without parameters (option A), global average pooling, and
    /// an output for each class. For 3×32×32 and 10 classes, 20 layers have 269,722 parameters, and 110 layers have 1,727,962. Its initial weights
    /// are drawn by the method of He et al. 2015. Images must be at least 8×8.
    /// </summary>
    /// <param name="layers">The number of layers with weights: 6n + 2 with n of at least 1, for example 20, 32, 44, 56, or 110.</param>
    /// <returns>The architecture. Its name is <c>ResNet</c> and the number of layers; saved models find it without registration.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such network with that many layers.</exception>
    public static TorchNetwork ResNet(int layers = 20)
    {
        if (!Transforms.ResNet.IsDepth(layers))
            throw new ArgumentOutOfRangeException(nameof(layers), $"A residual network has 6n + 2 layers, for example 20, 32, 44, 56, or 110, not {layers}.");
        return Registered.GetOrAdd(Transforms.ResNet.NameOf(layers), _ => MakeResNet(layers));
    }

    private static TorchNetwork MakeResNet(int layers) => new(
        Transforms.ResNet.NameOf(layers),
        (shape, classCount) => new Transforms.ResNet(layers, shape, classCount),
        (shape, classCount) => Transforms.ResNet.CountWeights(layers, shape, classCount));

    private static TorchNetwork Add(TorchNetwork network) => Registered.GetOrAdd(network.Name!, network);

    /// <summary>
    /// Builds the network with weights drawn from a seed. Afterwards, libtorch's process-wide generator is in the same state as before. The caller disposes of
    /// the module.
    /// </summary>
    /// <param name="shape">The images' shape.</param>
    /// <param name="classCount">The number of classes.</param>
    /// <param name="seed">The seed that libtorch's generator is given right before the first layer is made.</param>
    /// <exception cref="ArgumentOutOfRangeException">A dimension of the images or the number of classes is below 1.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded.</exception>
    public nn.Module<Tensor, Tensor> Create(ImageShape shape, int classCount, long seed = 0)
    {
        if (shape is not { Channels: > 0, Height: > 0, Width: > 0 })
            throw new ArgumentOutOfRangeException(nameof(shape), $"Images must have at least one channel, row, and column, but these are {shape}.");
        if (classCount < 1)
            throw new ArgumentOutOfRangeException(nameof(classCount), $"There must be at least one class, but there are {classCount}.");
        TorchNative.EnsureLoaded();
        return KeepRandomState(() => SeedAndBuild(shape, classCount, seed));
    }

    /// <summary>Runs a function that may draw from libtorch's process-wide generator, and then restores the generator's state.</summary>
    internal static T KeepRandomState<T>(Func<T> action)
    {
        lock (Building)
        {
            // With torch.get_rng_state and set_rng_state, the garbage collector can free the generator while native code uses it.
            using var generator = Generator.Default;
            using var state = generator.get_state();
            try
            {
                return action();
            }
            finally
            {
                // Only what was drawn is restored, because other training runs draw from the same generator.
                using var now = generator.get_state();
                if (!now.bytes.SequenceEqual(state.bytes))
                    generator.set_state(state);
            }
        }
    }

    /// <summary>The same for training, which leaves the generator seeded: what a network draws while it trains (dropout) follows the seed too.</summary>
    internal nn.Module<Tensor, Tensor> CreateForTraining(ImageShape shape, int classCount, long seed)
    {
        TorchNative.EnsureLoaded();
        lock (Building)
            return SeedAndBuild(shape, classCount, seed);
    }

    private nn.Module<Tensor, Tensor> SeedAndBuild(ImageShape shape, int classCount, long seed)
    {
        using var generator = manual_seed(seed);
        try
        {
            return _factory(shape, classCount) ?? throw new InvalidOperationException($"{Title} could not be created: its factory returned null.");
        }
        catch (ExternalException failure)
        {
            throw new InvalidOperationException($"{Title} could not be created for images of {shape} and {classCount} classes: {NativeError.Sentence(failure)}", failure);
        }
    }

    /// <summary>The number of weights for this image shape and class count, or null if it is known only after the network is built.</summary>
    /// <exception cref="InvalidDataException">No such network can exist.</exception>
    internal long? CountWeights(ImageShape shape, int classCount)
    {
        CheckClaim(shape, classCount, long.MaxValue);
        return _countWeights?.Invoke(shape, classCount);
    }

    /// <summary>
    /// Builds the network that a file claims to hold. Before it allocates much memory, it rejects images and classes for which the file's weights
    /// cannot be enough.
    /// </summary>
    /// <param name="shape">The images' shape, as the file says.</param>
    /// <param name="classCount">The number of classes, as the file says.</param>
    /// <param name="bytes">The number of bytes that the file has for weights.</param>
    /// <exception cref="InvalidDataException">They are not enough.</exception>
    internal nn.Module<Tensor, Tensor> CreateForFile(ImageShape shape, int classCount, long bytes)
    {
        CheckClaim(shape, classCount, bytes);
        if (_countWeights is null)
            CheckSmallerNetworks(shape, classCount, bytes);
        return Create(shape, classCount);
    }

    private void CheckClaim(ImageShape shape, int classCount, long bytes)
    {
        bool isSane = shape is { Channels: > 0, Height: > 0, Width: > 0 } && classCount > 0
            && (long)shape.Height * shape.Width <= MostValues && (long)shape.Height * shape.Width * shape.Channels <= MostValues
            && (_countWeights?.Invoke(shape, classCount) ?? classCount) is var weights && weights >= 0 && weights <= bytes / sizeof(float);
        if (!isSane)
            throw NotEnough(shape, classCount);
    }

    // The only way to find out how large a network is is to build it. So smaller ones are built first, each with half the sides, channels, and classes of the
    // next: a network's weights grow at most 16-fold from one to the next, since they grow with a product of these numbers.
    private void CheckSmallerNetworks(ImageShape shape, int classCount, long bytes)
    {
        const int FewChannels = 4, FewClasses = 2;
        int halvings = BitOperations.Log2((uint)Math.Max(Math.Max(shape.Height, shape.Width), Math.Max(shape.Channels, classCount)));
        for (int shift = halvings; shift > 0; shift--)
        {
            var smaller = new ImageShape(Halve(shape.Channels, FewChannels), Halve(shape.Height, 1), Halve(shape.Width, 1));
            int classes = Halve(classCount, FewClasses);
            if (smaller == shape && classes == classCount)
                return;
            if (CountBytes(smaller, classes) > bytes)
                throw NotEnough(shape, classCount);

            int Halve(int value, int least) => Math.Max(Math.Min(value, least), value >> shift);
        }
    }

    // Null where the network cannot be built: such images may be too small for it.
    private long? CountBytes(ImageShape shape, int classCount)
    {
        try
        {
            using var network = Create(shape, classCount);
            return network.state_dict().Values.Sum(tensor => tensor.numel() * tensor.element_size());
        }
        catch (Exception failure) when (!NativeError.IsOutOfMemory(failure))
        {
            return null;
        }
    }

    private InvalidDataException NotEnough(ImageShape shape, int classCount) => new(
        $"The model file is damaged: its weights cannot be those of a network '{Name}' for images of {shape} and {classCount} classes.");

    /// <summary>Calls a module of this architecture on a batch of images and checks its outputs.</summary>
    /// <param name="module">The module.</param>
    /// <param name="images">The images, batch × channels × height × width.</param>
    /// <param name="classCount">The number of classes.</param>
    /// <param name="isShared">Whether other threads may be using the module. If so, no hooks are registered to find the layer that fails.</param>
    /// <exception cref="InvalidOperationException">The module fails, or does not return batch × classes floats.</exception>
    internal Tensor Call(nn.Module<Tensor, Tensor> module, Tensor images, int classCount, bool isShared = false)
    {
        Tensor outputs;
        try
        {
            outputs = module.call(images);
        }
        catch (Exception failure) when (failure is not OperationCanceledException && !NativeError.IsOutOfMemory(failure))
        {
            string where = (isShared ? null : FailingLayer.Find(module, images)) ?? "it";
            throw new InvalidOperationException(
                $"{Title} cannot take a batch of {string.Join('×', images.shape)}: {where} failed: {NativeError.Sentence(failure)}", failure);
        }

        return CheckOutputs(outputs, (int)images.shape[0], classCount);
    }

    /// <summary>Rejects outputs with a shape or type that a network must not return.</summary>
    /// <exception cref="InvalidOperationException">They are not rows × classes floats.</exception>
    private Tensor CheckOutputs(Tensor outputs, int rows, int classCount)
    {
        if (outputs.shape is [var batch, var classes] && batch == rows && classes == classCount && outputs.dtype == ScalarType.Float32)
            return outputs;
        throw new InvalidOperationException(
            $"{Title} must return {rows}×{classCount} outputs of type {ScalarType.Float32} for {rows} images and {classCount} classes, but returned {string.Join('×', outputs.shape)} of type {outputs.dtype}.");
    }

    /// <summary>The network's name at the beginning of a sentence.</summary>
    internal string Title => Name is null ? "The network" : $"The network '{Name}'";

    /// <summary>The network that a saved model names.</summary>
    /// <exception cref="InvalidOperationException">There is no network with that name.</exception>
    internal static TorchNetwork Find(string name)
    {
        if (Registered.TryGetValue(name, out var network))
            return network;
        // Not registered, because the name may come from an untrusted file.
        return Transforms.ResNet.LayersIn(name) is { } layers ? MakeResNet(layers) : throw new InvalidOperationException(
            $"The model uses a network named '{name}', which this program has not registered; call TorchNetwork.Register(\"{name}\", …) before loading it.");
    }
}

using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>
/// The architecture of a convolutional network: a function that creates a TorchSharp module for an image shape and a number of classes, and a name by
/// which saved models refer to the architecture.
/// </summary>
public sealed class TorchNetwork
{
    // The maximum size of an image in a model file, which is 4096×4096 gray pixels.
    private const long MostValues = 1 << 24;

    private static readonly ConcurrentDictionary<string, TorchNetwork> Registered = new(StringComparer.Ordinal);

    // torch.manual_seed is process-wide. Without a lock, networks that are created concurrently would use each other's seeds.
    private static readonly Lock Building = new();

    private readonly Func<ImageShape, int, nn.Module<Tensor, Tensor>> _factory;

    // Returns the number of weights of the factory's network, if it is known without creating the network.
    private readonly Func<ImageShape, int, long>? _countWeights;

    /// <summary>
    /// Creates an architecture without a name. Its models can be trained and can score, but cannot be saved. To save them, use
    /// <see cref="Register"/>.
    /// </summary>
    /// <param name="factory">
    /// A function that creates a network with new weights for an image shape and a number of classes; see <see cref="Register"/>.
    /// </param>
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
    /// The network of the MNIST experiments in the BadNets paper (Gu et al. 2017, table 1) as the published PyTorch program defines it: two 5×5
    /// convolutions with 16 and 32 channels, each with ReLU and 2×2 average pooling, a hidden layer with 512 units, and an output for each class.
    /// Images must have at least 16×16 pixels.
    /// </summary>
    public static TorchNetwork BadNets { get; } =
        Add(new TorchNetwork("BadNets", (shape, classCount) => new BadNetsCnn(shape, classCount), BadNetsCnn.CountWeights));

    /// <summary>
    /// The residual network with 18 layers and with normalization and ReLU before each convolution (He et al. 2016, "Identity Mappings in Deep
    /// Residual Networks"), in the variant for small images that BackdoorBench uses: 64 channels without pooling at the start, then stages with 64,
    /// 128, 256, and 512 channels, global average pooling, and an output for each class. For images of 3×32×32 and 10 classes, it has 11,171,146
    /// parameters. The initial weights are drawn like PyTorch's defaults. Images must have at least 8×8 pixels.
    /// </summary>
    public static TorchNetwork PreActResNet18 { get; } =
        Add(new TorchNetwork("PreActResNet18", (shape, classCount) => new PreActResNet(shape, classCount), PreActResNet.CountWeights));

    /// <summary>The name under which the network is registered, or <see langword="null"/> if it has no name.</summary>
    public string? Name { get; }

    /// <summary>
    /// Registers an architecture under a name, so that models that use it can be saved, and loaded by any program that registers it under the same
    /// name.
    /// </summary>
    /// <remarks>
    /// Registering the same factory again returns the same network. A factory that was compiled in memory, as in a notebook or a script, replaces the
    /// previous factory with the same name, so you can run a notebook cell again. Existing models keep the previous factory.
    /// </remarks>
    /// <param name="name">The name, which must not be empty. It is written into model files.</param>
    /// <param name="factory">
    /// A function that creates a network with new weights for an image shape and a number of classes. The input of the network is a batch × channels
    /// × height × width tensor of floats, normalized as specified in the options of the trainer. Its output is a batch × classes tensor of floats,
    /// without a softmax. Parameters and buffers are saved by their names.
    /// </param>
    /// <param name="countWeights">
    /// A function that returns the number of values in all parameters and buffers of the network for an image shape and a number of classes, without
    /// creating the network. It is called with values from untrusted files, so compute in <see cref="long"/>. It lets loading immediately reject a
    /// file that does not have enough weights. If it is <see langword="null"/>, loading first creates networks for smaller images, up to the size
    /// that the file claims, and stops as soon as one of them has more weights than the file.
    /// </param>
    /// <returns>The architecture, to be used as <see cref="TorchCnnTrainer.Options.Network"/>.</returns>
    /// <exception cref="ArgumentException">The name is empty, or is already registered with a different factory.</exception>
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

    private static ArgumentException Taken(string name) => new($"A network named '{name}' is already registered with a different factory. Choose another name.", nameof(name));

    /// <summary>
    /// Returns the residual network for small images (He et al. 2016, "Deep Residual Learning for Image Recognition", section 4.2): a 3×3
    /// convolution, three stages of (layers - 2) / 6 blocks with 16, 32, and 64 channels, shortcuts without parameters (option A), global average
    /// pooling, and an output for each class. For images of 3×32×32 and 10 classes, the network with 20 layers has 269,722 parameters, and the one
    /// with 110 layers has 1,727,962. The initial weights are drawn by the method of He et al. 2015. Images must have at least 8×8 pixels.
    /// </summary>
    /// <param name="layers">
    /// The number of layers with weights, which must be 6n + 2 with n of at least 1, for example 20 (the default), 32, 44, 56, or 110.
    /// </param>
    /// <returns>
    /// The architecture. Its name is <c>ResNet</c> followed by the number of layers. Models that use it can be saved and loaded without registration.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">The number of layers is not valid.</exception>
    public static TorchNetwork ResNet(int layers = 20)
    {
        if (!Transforms.ResNet.IsDepth(layers))
            throw new ArgumentOutOfRangeException(nameof(layers), $"The number of layers of a residual network must be 6n + 2, for example 20, 32, 44, 56, or 110, but is {layers}.");
        return Registered.GetOrAdd(Transforms.ResNet.NameOf(layers), _ => MakeResNet(layers));
    }

    private static TorchNetwork MakeResNet(int layers) => new(
        Transforms.ResNet.NameOf(layers),
        (shape, classCount) => new Transforms.ResNet(layers, shape, classCount),
        (shape, classCount) => Transforms.ResNet.CountWeights(layers, shape, classCount));

    private static TorchNetwork Add(TorchNetwork network) => Registered.GetOrAdd(network.Name!, network);

    /// <summary>
    /// Creates the network with initial weights that are drawn from a seed. The state of libtorch's process-wide random number generator is the same
    /// afterward as before.
    /// </summary>
    /// <param name="shape">The shape of the images.</param>
    /// <param name="classCount">The number of classes, at least 1.</param>
    /// <param name="seed">The seed of libtorch's generator, which is set immediately before the network is created. The default is 0.</param>
    /// <returns>The network. The caller disposes of it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A dimension of the images or the number of classes is less than 1.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded.</exception>
    public nn.Module<Tensor, Tensor> Create(ImageShape shape, int classCount, long seed = 0)
    {
        if (shape is not { Channels: > 0, Height: > 0, Width: > 0 })
            throw new ArgumentOutOfRangeException(nameof(shape), $"Each dimension of the images must be at least 1, but the shape is {shape}.");
        if (classCount < 1)
            throw new ArgumentOutOfRangeException(nameof(classCount), $"The number of classes must be at least 1, but is {classCount}.");
        TorchNative.EnsureLoaded();
        return KeepRandomState(() => SeedAndBuild(shape, classCount, seed));
    }

    /// <summary>Runs a function that can draw from libtorch's process-wide generator, and then restores the state of the generator.</summary>
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
                // Restored only if the action drew numbers, because other training runs draw from the same generator.
                using var now = generator.get_state();
                if (!now.bytes.SequenceEqual(state.bytes))
                    generator.set_state(state);
            }
        }
    }

    /// <summary>
    /// Creates the network for training. The generator stays seeded, so that random numbers in training (dropout) depend on the seed too.
    /// </summary>
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

    /// <summary>
    /// Returns the number of weights for an image shape and a number of classes, or null if it is known only after the network is created.
    /// </summary>
    /// <exception cref="InvalidDataException">A network for these images and classes cannot exist.</exception>
    internal long? CountWeights(ImageShape shape, int classCount)
    {
        CheckClaim(shape, classCount, long.MaxValue);
        return _countWeights?.Invoke(shape, classCount);
    }

    /// <summary>
    /// Creates the network that a file claims to contain. Before much memory is allocated, rejects image shapes and numbers of classes for which the
    /// file cannot have enough weights.
    /// </summary>
    /// <param name="shape">The shape of the images, according to the file.</param>
    /// <param name="classCount">The number of classes, according to the file.</param>
    /// <param name="bytes">The number of bytes in the file that are available for weights.</param>
    /// <exception cref="InvalidDataException">The file does not have enough weights.</exception>
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

    // The only way to find out the size of a network is to create it. Therefore, smaller networks are created first, each with half the height,
    // width, channels, and classes of the next one. The number of weights grows at most 16-fold from one to the next, because it is at most
    // proportional to the product of these numbers.
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

    // Returns null if the network cannot be created, because the images might be too small for it.
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
    /// <param name="isShared">Whether other threads might use the module. If so, no hooks are registered to find the layer that fails.</param>
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

    /// <summary>Rejects outputs of the wrong shape or type.</summary>
    /// <exception cref="InvalidOperationException">The outputs are not rows × classes floats.</exception>
    private Tensor CheckOutputs(Tensor outputs, int rows, int classCount)
    {
        if (outputs.shape is [var batch, var classes] && batch == rows && classes == classCount && outputs.dtype == ScalarType.Float32)
            return outputs;
        throw new InvalidOperationException(
            $"{Title} must return {rows}×{classCount} outputs of type {ScalarType.Float32} for {rows} images and {classCount} classes, but returned {string.Join('×', outputs.shape)} of type {outputs.dtype}.");
    }

    /// <summary>The name of the network, for the beginning of a sentence.</summary>
    internal string Title => Name is null ? "The network" : $"The network '{Name}'";

    /// <summary>Finds the network that a saved model refers to.</summary>
    /// <exception cref="InvalidOperationException">No network with that name is registered.</exception>
    internal static TorchNetwork Find(string name)
    {
        if (Registered.TryGetValue(name, out var network))
            return network;
        // The network is not registered, because the name can come from an untrusted file.
        return Transforms.ResNet.LayersIn(name) is { } layers ? MakeResNet(layers) : throw new InvalidOperationException(
            $"The model uses a network named '{name}', which is not registered in this program. Call TorchNetwork.Register(\"{name}\", …) before loading the model.");
    }
}

using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>Updates the parameters of a network from their gradients, like PyTorch's optimizers.</summary>
/// <remarks>
/// TorchSharp's optimizers pass numbers to libtorch as objects that the garbage collector can free during the call; see
/// docs/decisions/native-lifetimes.md. These optimizers update the memory of the parameters directly. For parameters that are not in main memory,
/// they keep the numbers in fields.
/// </remarks>
abstract class Optimizer : IDisposable
{
    // Small enough that a chunk of weights, gradient, and state stays in the first-level cache from one pass to the next.
    private const int ChunkLength = 1024;

    // The number of weights that one thread updates.
    private const int PartLength = 1 << 15;

    private readonly (string Name, Parameter Parameter)[] _parameters;
    private readonly Tensor[][] _state;
    private readonly long[] _steps;
    private double _learningRate;

    /// <param name="network">The network. Its parameters must not move in memory.</param>
    /// <param name="learningRate">The learning rate of the first step.</param>
    /// <param name="stateCount">The number of state tensors per parameter. They have the parameter's shape and start at zero.</param>
    protected Optimizer(nn.Module network, double learningRate, int stateCount)
    {
        _learningRate = learningRate;
        _parameters = [.. network.named_parameters()];
        _steps = new long[_parameters.Length];

        // If memory runs out, the scope frees what was allocated.
        using DisposeScope scope = NewDisposeScope();
        _state = Array.ConvertAll(_parameters, named => Enumerable.Range(0, stateCount).Select(_ => Zeros(named.Parameter)).ToArray());
        foreach (Tensor state in _state.SelectMany(tensors => tensors))
            state.DetachFromDisposeScope();
    }

    /// <summary>Whether the optimizer has state, so that a step depends on earlier steps not only through the parameters.</summary>
    public bool HasState => _state.Any(tensors => tensors.Length > 0);

    public static Optimizer Create(TorchCnnTrainer.Options options, nn.Module network) => options.Optimizer switch
    {
        TorchCnnOptimizer.Sgd => new Sgd(network, options.EffectiveLearningRate, options.Momentum, options.EffectiveWeightDecay),
        TorchCnnOptimizer.AdamW => new Adam(network, options.EffectiveLearningRate, options.EffectiveWeightDecay, isDecayDecoupled: true),
        _ => new Adam(network, options.EffectiveLearningRate, options.EffectiveWeightDecay, isDecayDecoupled: false),
    };

    /// <summary>Performs a step, and clears the gradients. Parameters without a gradient do not change.</summary>
    public void Step(double learningRate)
    {
        if (learningRate != _learningRate)
        {
            _learningRate = learningRate;
            ChangeLearningRate(learningRate);
        }

        for (int i = 0; i < _parameters.Length; i++)
        {
            Parameter parameter = _parameters[i].Parameter;
            using Tensor? gradient = parameter.grad;
            if (gradient is null)
                continue;

            BeginUpdate(++_steps[i]);
            if (IsPlain(parameter) && IsPlain(gradient))
                UpdateMemory(parameter, gradient, _state[i]);
            else
                UpdateTensors(parameter, gradient, _state[i]);
            parameter.grad = null;
        }

        GC.KeepAlive(this);
    }

    /// <summary>Writes everything that later steps depend on, except the parameters.</summary>
    public void Save(BinaryWriter writer)
    {
        foreach (long steps in _steps)
            writer.Write(steps);
        NamedTensors.Write(writer, NamedState());
    }

    /// <summary>Reads the state that <see cref="Save"/> wrote for a network with the same parameters.</summary>
    /// <exception cref="InvalidDataException">The state was written for other parameters, or is damaged.</exception>
    public void Load(BinaryReader reader)
    {
        for (int i = 0; i < _steps.Length; i++)
        {
            _steps[i] = reader.ReadInt64();
            if (_steps[i] < 0)
                throw new InvalidDataException("it has a negative number of steps");
        }

        NamedTensors.Read(reader, NamedState());
    }

    public void Dispose()
    {
        foreach (Tensor state in _state.SelectMany(tensors => tensors))
            state.Dispose();
        DisposeScalars();
    }

    protected abstract void DisposeScalars();

    /// <summary>Changes the learning rate for the following updates.</summary>
    protected abstract void ChangeLearningRate(double rate);

    /// <summary>Prepares the update of a parameter.</summary>
    /// <param name="step">The number of updates of this parameter, including this one.</param>
    protected virtual void BeginUpdate(long step)
    {
    }

    /// <summary>Updates a part of a parameter. The method can overwrite the gradient, which is no longer needed.</summary>
    protected abstract void Update(Span<float> weights, Span<float> gradient, Span<float> state1, Span<float> state2);

    /// <summary>Updates a parameter with libtorch operators, if it is not in main memory or not in single precision.</summary>
    protected abstract void Update(Tensor weights, Tensor gradient, ReadOnlySpan<Tensor> state);

    private void UpdateMemory(Parameter parameter, Tensor gradient, Tensor[] state)
    {
        int count = (int)parameter.numel();
        Workers.ForEach((count + PartLength - 1) / PartLength, part =>
        {
            int begin = part * PartLength, end = Math.Min(count, begin + PartLength);
            Span<float> weights = Floats(parameter), gradients = Floats(gradient);
            Span<float> state1 = state.Length > 0 ? Floats(state[0]) : [], state2 = state.Length > 1 ? Floats(state[1]) : [];
            for (int start = begin; start < end; start += ChunkLength)
            {
                int length = Math.Min(ChunkLength, end - start);
                Update(weights.Slice(start, length), gradients.Slice(start, length), Part(state1), Part(state2));

                Span<float> Part(Span<float> values) => values.IsEmpty ? values : values.Slice(start, length);
            }
        });
    }

    private void UpdateTensors(Parameter parameter, Tensor gradient, ReadOnlySpan<Tensor> state)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradients = no_grad();
        Update(parameter, gradient, state);
    }

    private Dictionary<string, Tensor> NamedState()
    {
        var named = new Dictionary<string, Tensor>();
        for (int i = 0; i < _parameters.Length; i++)
        {
            for (int j = 0; j < _state[i].Length; j++)
                named.Add($"{_parameters[i].Name}.{j}", _state[i][j]);
        }

        return named;
    }

    private static Tensor Zeros(Parameter parameter)
    {
        using IDisposable noGradients = no_grad();
        return zeros_like(parameter, requires_grad: false);
    }

    private static bool IsPlain(Tensor tensor) =>
        tensor.device_type == DeviceType.CPU && tensor.dtype == ScalarType.Float32 && tensor.is_contiguous() && tensor.numel() <= int.MaxValue / sizeof(float);

    private static Span<float> Floats(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);
}

using System.Buffers.Binary;
using TorchSharp;
using static TorchSharp.torch;

namespace BadNets.Transforms;

/// <summary>
/// Reproduces the orders in which PyTorch's shuffling data loaders with one shared generator read their rows, pass by pass.
/// </summary>
sealed class LoaderOrder : IDisposable
{
    private readonly Generator _generator;
    private readonly Tensor _baseSeed = empty(1, dtype: ScalarType.Int64).DetachFromDisposeScope();

    public LoaderOrder(int seed) => _generator = new Generator((ulong)(long)seed);

    /// <summary>The state of the random stream, which can be saved and restored.</summary>
    public byte[] State
    {
        get
        {
            using var state = _generator.get_state();
            return state.bytes.ToArray();
        }

        set
        {
            CheckState(value);
            using var state = tensor(value, ScalarType.Byte);
            _generator.set_state(state);
        }
    }

    // libtorch terminates the process if a state is not valid. The state starts with the seed, followed by three values of the Mersenne Twister: the
    // number of remaining values, whether it is seeded, and the index of the next value.
    private void CheckState(ReadOnlySpan<byte> state)
    {
        const int Numbers = 624;
        bool isValid = state.Length == State.Length
            && BinaryPrimitives.ReadInt32LittleEndian(state[8..]) is > 0 and <= Numbers
            && BinaryPrimitives.ReadInt32LittleEndian(state[12..]) == 1
            && BinaryPrimitives.ReadUInt64LittleEndian(state[16..]) <= Numbers;
        if (!isValid)
            throw new InvalidDataException("the state of the random number generator is not valid");
    }

    /// <summary>Returns the order of the next pass over a set of rows.</summary>
    public long[] Pass(int rows)
    {
        // A loader draws a seed for its workers, and then the order. At the end of the pass, its sampler draws another number that is not used.
        using var scope = NewDisposeScope();
        _baseSeed.random_(0, 1L << 60, _generator);
        var order = randperm(rows, generator: _generator).data<long>().ToArray();
        randperm(rows, generator: _generator);
        return order;
    }

    public void Dispose()
    {
        _generator.Dispose();
        _baseSeed.Dispose();
    }
}

using System.Numerics;

namespace BadNets.Transforms;

/// <summary>
/// The random number generator of Python's <c>random</c> module (Mersenne Twister MT19937, Matsumoto and Nishimura 1998, seeded by
/// <c>init_by_array</c>), as far as <c>random.sample</c> uses it, so that a seed chooses the same rows as in published Python experiments.
/// </summary>
sealed class PythonRandom
{
    private const int Length = 624;
    private const int Offset = 397;

    private readonly uint[] _state = new uint[Length];
    private int _next = Length;

    /// <summary>Seeds the generator like <c>random.seed(seed)</c>. As in Python, the sign of the seed has no effect.</summary>
    public PythonRandom(int seed)
    {
        uint key = (uint)Math.Abs((long)seed);
        _state[0] = 19650218;
        for (uint i = 1; i < Length; i++)
            _state[i] = 1812433253u * (_state[i - 1] ^ (_state[i - 1] >> 30)) + i;

        int at = 1;
        for (int k = 0; k < Length; k++)
        {
            _state[at] = (_state[at] ^ ((_state[at - 1] ^ (_state[at - 1] >> 30)) * 1664525u)) + key;
            at = Advance(at);
        }

        for (int k = 0; k < Length - 1; k++)
        {
            _state[at] = (_state[at] ^ ((_state[at - 1] ^ (_state[at - 1] >> 30)) * 1566083941u)) - (uint)at;
            at = Advance(at);
        }

        _state[0] = 0x80000000;
    }

    private int Advance(int at)
    {
        if (++at < Length)
            return at;
        _state[0] = _state[Length - 1];
        return 1;
    }

    /// <summary>
    /// Returns <c>random.sample(range(population), count)</c>: distinct numbers less than <paramref name="population"/>, in the order in which they
    /// were drawn.
    /// </summary>
    public int[] Sample(int population, int count)
    {
        var sample = new int[count];

        // Python chooses between two algorithms by the size of the set that the second one would need. The choice affects which numbers are drawn.
        double setSize = 21;
        if (count > 5)
            setSize += Math.Pow(4, Math.Ceiling(Math.Log(count * 3.0) / Math.Log(4)));

        if (population <= setSize)
        {
            var pool = new int[population];
            for (int i = 0; i < population; i++)
                pool[i] = i;
            for (int i = 0; i < count; i++)
            {
                int drawn = Below(population - i);
                sample[i] = pool[drawn];
                pool[drawn] = pool[population - i - 1];
            }
        }
        else
        {
            var drawn = new HashSet<int>(count);
            for (int i = 0; i < count; i++)
            {
                int candidate;
                do
                    candidate = Below(population);
                while (!drawn.Add(candidate));
                sample[i] = candidate;
            }
        }

        return sample;
    }

    private int Below(int limit)
    {
        int bits = 32 - BitOperations.LeadingZeroCount((uint)limit);
        uint drawn;
        do
            drawn = NextUInt32() >> (32 - bits);
        while (drawn >= limit);
        return (int)drawn;
    }

    private uint NextUInt32()
    {
        if (_next == Length)
        {
            for (int k = 0; k < Length; k++)
            {
                uint bits = (_state[k] & 0x80000000) | (_state[(k + 1) % Length] & 0x7fffffff);
                _state[k] = _state[(k + Offset) % Length] ^ (bits >> 1) ^ ((bits & 1) * 0x9908b0dfu);
            }

            _next = 0;
        }

        uint value = _state[_next++];
        value ^= value >> 11;
        value ^= (value << 7) & 0x9d2c5680;
        value ^= (value << 15) & 0xefc60000;
        return value ^ (value >> 18);
    }
}

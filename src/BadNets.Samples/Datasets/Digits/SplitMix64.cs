namespace BadNets.Samples.Datasets;

/// <summary>
/// The SplitMix64 random stream (Steele, Lea, and Flood 2014). Its state is so small (eight bytes) that every image can have its own stream.
/// </summary>
struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    public ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

    /// <summary>Creates the stream for an element of a family of streams. Neighboring indices give unrelated streams.</summary>
    public static SplitMix64 ForElement(ulong seed, ulong family, ulong index) => new(Mix(Mix(Mix(seed + 1) + family) + index));

    /// <summary>Returns a random whole number from 0 to <paramref name="count"/> - 1.</summary>
    public int NextInt(int count) => (int)(((Next() >> 32) * (ulong)count) >> 32);

    /// <summary>Returns a random number in [0, 1).</summary>
    public float NextUnit() => (Next() >> 40) * (1f / (1 << 24));

    /// <summary>Returns a random number in [<paramref name="from"/>, <paramref name="to"/>).</summary>
    public float NextBetween(float from, float to) => from + (to - from) * NextUnit();

    /// <summary>Returns an approximately normal random number with an absolute value of at most 3.47, from the sum of four uniform ones.</summary>
    // Logarithms and cosines are avoided, because their last bits differ between machines, and the images must be the same everywhere.
    public float NextNormal()
    {
        ulong bits = Next();
        int sum = (int)(bits & 0xFFFF) + (int)((bits >> 16) & 0xFFFF) + (int)((bits >> 32) & 0xFFFF) + (int)(bits >> 48);
        return (sum - 2 * 65535) * (1.7320508f / 65535);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

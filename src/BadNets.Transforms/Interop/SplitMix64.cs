namespace BadNets.Transforms;

/// <summary>
/// A random stream that is the same on every machine and in every version (Steele, Lea, and Flood 2014, "Fast splittable pseudorandom number
/// generators"). With 64-bit arithmetic that wraps around, output k is z ^ (z >> 31), where z starts as seed + (k + 1) · 0x9E3779B97F4A7C15 and is
/// then replaced by (z ^ (z >> 30)) · 0xBF58476D1CE4E5B9 and by (z ^ (z >> 27)) · 0x94D049BB133111EB.
/// </summary>
static class SplitMix64
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    /// <summary>Returns the highest byte of each of the first outputs. A negative seed is sign-extended to 64 bits.</summary>
    public static byte[] Bytes(long seed, int count)
    {
        var bytes = new byte[count];
        ulong state = (ulong)seed;
        for (int i = 0; i < count; i++)
        {
            bytes[i] = (byte)(Mix(state) >> 56);
            state += Step;
        }

        return bytes;
    }

    /// <summary>Returns the output of the stream in the given state.</summary>
    public static ulong Mix(ulong state)
    {
        state += Step;
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB;
        return state ^ (state >> 31);
    }
}

using Microsoft.ML.Data;

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

    /// <summary>Returns the seed of the stream for a row: mix(mix(mix(seed) ^ low) ^ high), where mix gives the first output of a stream.</summary>
    public static ulong SeedOf(int seed, DataViewRowId row) => Mix(Mix(Mix((ulong)seed) ^ row.Low) ^ row.High);

    /// <summary>Returns the output with this number, counted from 0.</summary>
    public static ulong Output(ulong seed, int number) => Mix(seed + (ulong)number * Step);

    /// <summary>Converts the highest 53 bits of an output to a number that is at least -1 and less than 1.</summary>
    public static double ToSigned(ulong output) => (output >> 11) * (2.0 / (1L << 53)) - 1;

    /// <summary>Converts an output to a whole number that is at least 0 and less than a limit: the high 64 bits of their product.</summary>
    public static int ToNumber(ulong output, int limit) => (int)Math.BigMul(output, (ulong)limit, out _);

    /// <summary>Returns the output of the stream in the given state.</summary>
    public static ulong Mix(ulong state)
    {
        state += Step;
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB;
        return state ^ (state >> 31);
    }
}

using System.Buffers.Binary;

namespace BadNets.Fuzzing;

/// <summary>Changes bytes, like damage or an attacker.</summary>
static class Mutation
{
    private const int HeaderBytes = 64;

    private static readonly long[] Boundaries =
        [0, 1, -1, 2, 127, 128, 255, 256, 32767, 32768, 65535, 65536, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 24, 1L << 30, long.MaxValue, long.MinValue, 1L << 40];

    /// <summary>Truncates a file at a random position.</summary>
    public static byte[] Truncate(Random random, byte[] file) => file[..random.Next(file.Length)];

    /// <summary>Makes one to four changes of random kinds.</summary>
    /// <param name="random">The random numbers.</param>
    /// <param name="file">The file, which is not changed itself.</param>
    /// <param name="other">Another valid file, from which parts are copied.</param>
    public static byte[] Change(Random random, byte[] file, byte[] other)
    {
        byte[] changed = [.. file];
        for (int n = random.Next(1, 5); n > 0; n--)
            changed = ChangeOnce(random, changed, other);
        return changed;
    }

    private static byte[] ChangeOnce(Random random, byte[] file, byte[] other)
    {
        if (file.Length == 0)
            return RandomBytes(random, 16);
        int at = Place(random, file.Length);
        int length = Math.Min(file.Length - at, 1 << random.Next(10));
        switch (random.Next(12))
        {
            case 0:
            case 1:
                file[at] ^= (byte)(1 << random.Next(8));
                return file;
            case 2:
                file[at] = (byte)random.Next(256);
                return file;
            case 3:
                file[at] = random.Next(2) == 0 ? byte.MinValue : byte.MaxValue;
                return file;
            case 4:
            case 5:
                SetInteger(random, file.AsSpan(at));
                return file;
            case 6:
                return file[..at];
            case 7:
                return [.. file, .. random.Next(2) == 0 ? new byte[length] : RandomBytes(random, length)];
            case 8:
                int to = Place(random, file.Length);
                byte[] block = file.AsSpan(at, Math.Min(length, file.Length - to)).ToArray();
                block.CopyTo(file, to);
                return file;
            case 9:
                return [.. file[..at], .. file[(at + length)..]];
            case 10:
                return [.. file[..at], .. file.AsSpan(at, length), .. file[at..]];
            default:
                return [.. file[..at], .. other[Math.Min(at, random.Next(other.Length + 1))..]];
        }
    }

    // Changes in headers have the greatest effect.
    private static int Place(Random random, int length) => random.Next(random.Next(2) == 0 ? length : Math.Min(length, HeaderBytes));

    private static void SetInteger(Random random, Span<byte> to)
    {
        bool isBig = random.Next(2) == 0;
        int size = 2 << random.Next(3);
        if (to.Length < size)
            return;
        long before = size switch
        {
            2 => isBig ? BinaryPrimitives.ReadInt16BigEndian(to) : BinaryPrimitives.ReadInt16LittleEndian(to),
            4 => isBig ? BinaryPrimitives.ReadInt32BigEndian(to) : BinaryPrimitives.ReadInt32LittleEndian(to),
            _ => isBig ? BinaryPrimitives.ReadInt64BigEndian(to) : BinaryPrimitives.ReadInt64LittleEndian(to),
        };
        long value = random.Next(4) switch
        {
            0 => before + random.Next(-2, 3),
            1 => 1L << random.Next(63),
            _ => Boundaries[random.Next(Boundaries.Length)],
        };
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        if (isBig)
            BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        else
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        (isBig ? bytes[^size..] : bytes[..size]).CopyTo(to);
    }

    private static byte[] RandomBytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}

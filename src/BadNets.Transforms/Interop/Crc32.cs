namespace BadNets.Transforms;

/// <summary>The checksum of an entry in a zip file or of a chunk in a PNG file.</summary>
static class Crc32
{
    private const uint Polynomial = 0xEDB88320;

    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(Remainder)];

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte each in bytes)
            crc = crc >> 8 ^ Table[(byte)(crc ^ each)];
        return ~crc;
    }

    private static uint Remainder(int value)
    {
        uint crc = (uint)value;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1) * Polynomial;
        return crc;
    }
}

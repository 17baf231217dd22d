namespace BadNets.Fuzzing;

/// <summary>CRC-32 as gzip, zip and PNG have it, bit by bit.</summary>
static class Checksum
{
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte each in bytes)
        {
            crc ^= each;
            for (int bit = 0; bit < 8; bit++)
                crc = crc >> 1 ^ (crc & 1) * 0xEDB88320u;
        }

        return ~crc;
    }
}

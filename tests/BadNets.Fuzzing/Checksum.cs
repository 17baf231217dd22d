namespace BadNets.Fuzzing;

/// <summary>Computes the CRC-32 of gzip, zip, and PNG, bit by bit.</summary>
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

using System.Buffers.Binary;

namespace BadNets.Samples.Datasets;

/// <summary>The header of an IDX file.</summary>
static class IdxHeader
{
    private const int UnsignedByte = 0x08;

    /// <summary>Returns the header of a file of unsigned bytes with some dimensions.</summary>
    public static byte[] Of(params ReadOnlySpan<int> dimensions)
    {
        var header = new byte[4 + 4 * dimensions.Length];
        BinaryPrimitives.WriteInt32BigEndian(header, UnsignedByte << 8 | dimensions.Length);
        for (int i = 0; i < dimensions.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + 4 * i), dimensions[i]);
        return header;
    }
}

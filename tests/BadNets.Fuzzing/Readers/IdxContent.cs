using System.Buffers.Binary;

namespace BadNets.Fuzzing;

/// <summary>The content of an IDX file of bytes, read in the simplest way, which the library's reader must also return.</summary>
/// <param name="Dimensions">The dimensions.</param>
/// <param name="Values">All values.</param>
sealed record IdxContent(int[] Dimensions, byte[] Values)
{
    public int Count => Dimensions[0];

    /// <returns>The content, or null if the file is not a complete IDX file of bytes.</returns>
    public static IdxContent? Parse(byte[] file)
    {
        if (file is not [0, 0, 8, var rank, ..] || file.Length < 4 + 4 * rank || rank == 0)
            return null;
        var dimensions = new int[rank];
        Int128 length = 1;
        for (int i = 0; i < rank; i++)
        {
            uint size = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(4 + 4 * i));
            if (size is 0 or > int.MaxValue)
                return null;
            dimensions[i] = (int)size;
            length = length > file.Length ? length : length * size;
        }

        byte[] values = file[(4 + 4 * rank)..];
        return values.Length == length ? new IdxContent(dimensions, values) : null;
    }

    public static byte[] File(int[] dimensions, byte[] values)
    {
        var file = new byte[4 + 4 * dimensions.Length + values.Length];
        (file[2], file[3]) = (8, (byte)dimensions.Length);
        for (int i = 0; i < dimensions.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 + 4 * i), dimensions[i]);
        values.CopyTo(file, 4 + 4 * dimensions.Length);
        return file;
    }
}

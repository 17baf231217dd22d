using System.Text;

namespace BadNets.Transforms;

/// <summary>
/// Reads a component's part of an untrusted model file. No memory is allocated for a length that exceeds the rest of the stream.
/// </summary>
sealed class ModelReader(BinaryReader reader)
{
    /// <summary>Reads the count of items of at least <paramref name="itemBytes"/> bytes each.</summary>
    /// <exception cref="InvalidDataException">The rest of the stream is too short for that many items.</exception>
    public int ReadCount(int itemBytes)
    {
        int count = reader.ReadInt32();
        if (count < 0 || (long)count * itemBytes > Remaining)
            throw new InvalidDataException($"The model file is damaged: it specifies {count} items, but only {Remaining} bytes are left.");
        return count;
    }

    /// <summary>Reads a string that <see cref="BinaryWriter.Write(string)"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The rest of the stream is too short for the string, or the string is not UTF-8.</exception>
    public string ReadText()
    {
        int bytes = ReadLength();
        if (bytes < 0 || bytes > Remaining)
            throw new InvalidDataException($"The model file is damaged: it specifies a string of {bytes} bytes, but only {Remaining} bytes are left.");
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(reader.ReadBytes(bytes));
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidDataException("The model file is damaged: a string in it is not UTF-8.");
        }
    }

    private int ReadLength()
    {
        try
        {
            return reader.Read7BitEncodedInt();
        }
        catch (FormatException damage)
        {
            throw new InvalidDataException("The model file is damaged: the length of a string in it is not valid.", damage);
        }
    }

    /// <summary>Reads the name of a column, which must not be empty.</summary>
    public string ReadColumnName()
    {
        string name = ReadText();
        return string.IsNullOrWhiteSpace(name) ? throw new InvalidDataException("The model file is damaged: a column name is empty.") : name;
    }

    private long Remaining => reader.BaseStream.Length - reader.BaseStream.Position;
}

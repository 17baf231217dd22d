using System.Text;

namespace BadNets.Transforms;

/// <summary>
/// Reads a component's part of a model file without trusting it: nothing is allocated for a length that the rest of the stream cannot hold.
/// </summary>
sealed class ModelReader(BinaryReader reader)
{
    /// <summary>A count of items of at least <paramref name="itemBytes"/> bytes each.</summary>
    /// <exception cref="InvalidDataException">The rest of the stream cannot hold as many.</exception>
    public int ReadCount(int itemBytes)
    {
        int count = reader.ReadInt32();
        if (count < 0 || (long)count * itemBytes > Remaining)
            throw new InvalidDataException($"The model file is damaged: it announces {count} items where {Remaining} bytes are left.");
        return count;
    }

    /// <summary>A text as <see cref="BinaryWriter.Write(string)"/> writes it.</summary>
    /// <exception cref="InvalidDataException">The rest of the stream cannot hold it, or it is not UTF-8.</exception>
    public string ReadText()
    {
        int bytes = ReadLength();
        if (bytes < 0 || bytes > Remaining)
            throw new InvalidDataException($"The model file is damaged: it announces a text of {bytes} bytes where {Remaining} are left.");
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(reader.ReadBytes(bytes));
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidDataException("The model file is damaged: a text in it is not UTF-8.");
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
            throw new InvalidDataException("The model file is damaged: the length of a string in it is not a number.", damage);
        }
    }

    /// <summary>The name of a column, never empty.</summary>
    public string ReadColumnName()
    {
        string name = ReadText();
        return string.IsNullOrWhiteSpace(name) ? throw new InvalidDataException("The model file is damaged: a column name is empty.") : name;
    }

    private long Remaining => reader.BaseStream.Length - reader.BaseStream.Position;
}

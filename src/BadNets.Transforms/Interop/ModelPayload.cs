namespace BadNets.Transforms;

/// <summary>
/// Stores a description that can be of several kinds in a model file: the kind (text), the length of the payload (int32), and the payload, whose
/// format depends on the kind.
/// </summary>
static class ModelPayload
{
    /// <summary>How many levels deep descriptions can contain each other. Without a limit, a malicious file could overflow the stack.</summary>
    public const int MaximumDepth = 4;

    public static byte[] Make(Action<BinaryWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream))
            write(writer);
        return stream.ToArray();
    }

    public static void Write(BinaryWriter writer, string kind, Action<BinaryWriter> write)
    {
        byte[] payload = Make(write);
        writer.Write(kind);
        writer.Write(payload.Length);
        writer.Write(payload);
    }

    /// <summary>Reads a description.</summary>
    /// <param name="reader">The model file.</param>
    /// <param name="noun">The name of what is described, for error messages.</param>
    /// <param name="find">Finds the reader for a kind, or throws an exception if there is none.</param>
    /// <exception cref="InvalidDataException">The payload has the wrong length, is not valid for its kind, or is nested too deep.</exception>
    public static T Read<T>(BinaryReader reader, string noun, Func<string, Func<BinaryReader, T>> find)
    {
        int level = reader is PayloadReader outer ? outer.Level + 1 : 1;
        if (level > MaximumDepth)
            throw new InvalidDataException($"The model file is damaged: it contains a {noun} that is nested more than {MaximumDepth} levels deep.");
        var model = new ModelReader(reader);
        string kind = model.ReadText();
        byte[] payload = reader.ReadBytes(model.ReadCount(1));
        var read = find(kind);
        using var content = new PayloadReader(payload, level);
        T description;
        try
        {
            description = read(content);
        }
        catch (Exception damage) when (damage is EndOfStreamException or ArgumentException or FormatException or OverflowException)
        {
            throw new InvalidDataException($"The model file is damaged: its {noun} of kind '{kind}' cannot be read: {damage.Message}", damage);
        }

        if (content.Remaining != 0)
            throw new InvalidDataException($"The model file is damaged: its {noun} of kind '{kind}' has {content.Remaining} extra bytes.");
        return description;
    }

    // BinaryReader allocates memory for the count that a malicious file claims, before it finds out that the bytes are missing.
    private sealed class PayloadReader(byte[] payload, int level) : BinaryReader(new MemoryStream(payload, writable: false))
    {
        public int Level => level;

        public long Remaining => BaseStream.Length - BaseStream.Position;

        public override byte[] ReadBytes(int count) => count <= Remaining ? base.ReadBytes(count) : throw new EndOfStreamException();

        public override char[] ReadChars(int count) => count <= Remaining ? base.ReadChars(count) : throw new EndOfStreamException();
    }
}

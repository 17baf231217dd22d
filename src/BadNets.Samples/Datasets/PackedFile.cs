using ICSharpCode.SharpZipLib.Checksum;

namespace BadNets.Samples.Datasets;

/// <summary>A file in a folder or in a zip archive.</summary>
/// <param name="Path">The path in the folder or archive, with slashes.</param>
/// <param name="Source">Where the file is, for messages.</param>
/// <param name="Length">The length in bytes, as the archive states it.</param>
/// <param name="Open">Opens the file.</param>
/// <param name="Checksum">The CRC-32 that the archive states, which .NET does not check, or null in a folder.</param>
sealed record PackedFile(string Path, string Source, long Length, Func<Stream> Open, uint? Checksum = null)
{
    private const int MostBytes = 1 << 26;

    /// <summary>Reads the whole file.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, too long, or of another length.</exception>
    public byte[] Read()
    {
        if (Length > MostBytes)
            throw new InvalidDataException(FormattableString.Invariant($"{Source} has {Length} bytes, but the maximum for a file of a data set is {MostBytes}."));
        var content = new byte[Length];
        try
        {
            using var stream = Open();
            stream.ReadExactly(content);
            // An archive can state less than it has.
            if (stream.ReadByte() >= 0)
                throw new InvalidDataException("It is longer than its archive states.");
            var checksum = new Crc32();
            checksum.Update(content);
            if (Checksum is { } stated && checksum.Value != stated)
                throw new InvalidDataException("It does not match its checksum.");
        }
        catch (Exception damage) when (damage is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException($"{Source} is damaged ({damage.Message.TrimEnd('.')}). Download it again.", damage);
        }

        return content;
    }
}

using System.Buffers.Binary;
using System.IO.Compression;

namespace BadNets.Fuzzing;

/// <summary>Gzip-compressed IDX files, with changes before compression (with a correct checksum) or after it.</summary>
sealed class GzipIdxReader(Folder folder) : FuzzReader
{
    private static readonly CompressionLevel[] Levels = [CompressionLevel.Optimal, CompressionLevel.NoCompression, CompressionLevel.Fastest];

    private readonly IdxFiles _files = new(folder);

    public override FuzzFile Make(Random random)
    {
        byte[] images = IdxFiles.Images[random.Next(IdxFiles.Images.Length)], labels = IdxFiles.Labels[0];
        var level = Levels[random.Next(Levels.Length)];
        int cut = random.Next(3) == 0 ? random.Next(20) : 0;
        if (random.Next(3) == 0)
        {
            byte[] before = Mutation.Change(random, images, labels);
            return new FuzzFile(before, () => _files.Check(before, labels, file => Pack(file, level, cut)));
        }

        byte[] packedImages = Pack(images, level, cut), packedLabels = Pack(labels, level, 0);
        bool isTruncation = random.Next(5) == 0;
        bool isImages = random.Next(2) == 0;
        byte[] whole = isImages ? packedImages : packedLabels;
        byte[] changed = isTruncation ? Mutation.Truncate(random, whole) : Mutation.Change(random, whole, isImages ? packedLabels : packedImages);
        return new FuzzFile(changed, () => Check(images, labels, isImages ? changed : packedImages, isImages ? packedLabels : changed, changed, isTruncation));
    }

    private Outcome Check(byte[] images, byte[] labels, byte[] packedImages, byte[] packedLabels, byte[] changed, bool isTruncation)
    {
        if (_files.Read(packedImages, packedLabels) is not { } read)
            return Outcome.Refused;

        FindingException.Unless(!isTruncation, "A truncated file was read.");
        bool isSame = Is(images, read.Pixels) && Is(labels, read.Labels);
        FindingException.Unless(isSame || HasChecksum(changed, read.Pixels) || HasChecksum(changed, read.Labels), "The values read differ from those that were compressed.");
        return Outcome.Read;
    }

    private static bool Is(byte[] file, byte[] values) => IdxContent.Parse(file)!.Values.AsSpan().SequenceEqual(values);

    // Determines whether the file ends with the checksum of the values that were read. The header can be anything.
    private static bool HasChecksum(byte[] packed, byte[] values)
    {
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(packed.AsSpan(packed.Length - 8));
        using var content = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        content.CopyTo(plain);
        byte[] all = plain.ToArray();
        return Checksum.Of(all) == checksum && all.AsSpan().EndsWith(values);
    }

    // One gzip member or two.
    private static byte[] Pack(byte[] content, CompressionLevel level, int cut)
    {
        using var packed = new MemoryStream();
        foreach (byte[] part in cut > 0 && cut < content.Length ? [content[..cut], content[cut..]] : (byte[][])[content])
        {
            using var gzip = new GZipStream(packed, level, leaveOpen: true);
            gzip.Write(part);
        }

        return packed.ToArray();
    }
}

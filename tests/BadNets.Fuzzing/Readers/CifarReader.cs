using System.Buffers.Binary;
using System.IO.Compression;
using BadNets.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Fuzzing;

/// <summary>The binary files of CIFAR, uncompressed and gzip-compressed, followed by a valid file.</summary>
sealed class CifarReader(Folder folder) : FuzzReader
{
    private const int PixelBytes = 3 * 32 * 32;

    private static readonly byte[] Last = Rows(1, CifarLabels.Cifar10, 1), Last100 = Rows(1, CifarLabels.Cifar100Fine, 2);

    private readonly MLContext _ml = new();

    public override FuzzFile Make(Random random)
    {
        var labels = (CifarLabels)random.Next(3);
        byte[] whole = Rows(random.Next(1, 4), labels, random.Next(5));
        byte[] other = Rows(2, (CifarLabels)random.Next(3), 9);
        if (random.Next(2) == 0)
        {
            byte[] changed = ChangeRows(random, whole, other, labels);
            bool isPacked = random.Next(2) == 0;
            return new FuzzFile(changed, () => Check(isPacked ? Pack(changed) : changed, changed, labels));
        }

        byte[] packed = Mutation.Change(random, Pack(whole), Pack(other));
        return new FuzzFile(packed, () => CheckPacked(packed, [whole, other], labels));
    }

    private static byte[] ChangeRows(Random random, byte[] rows, byte[] other, CifarLabels labels)
    {
        if (random.Next(3) > 0)
            return Mutation.Change(random, rows, other);
        rows[random.Next(rows.Length / RowBytes(labels)) * RowBytes(labels) + random.Next(LabelBytes(labels))] = (byte)random.Next(256);
        return rows;
    }

    private Outcome Check(byte[] file, byte[] content, CifarLabels labels)
    {
        bool isValid = IsValid(content, labels);
        var read = Read(file, LastOf(labels), labels);
        FindingException.Unless(read is not null == isValid, isValid ? "A valid file was rejected." : "An invalid file was read.");
        if (read is null)
            return Outcome.Refused;
        FindingException.Unless(read.AsSpan().SequenceEqual(Expected(content, labels)), "The values read differ from those in the file.");
        return Outcome.Read;
    }

    private Outcome CheckPacked(byte[] packed, byte[][] contents, CifarLabels labels)
    {
        if (Read(packed, LastOf(labels), labels) is not { } read)
            return Outcome.Refused;
        FindingException.Unless(
            Array.Exists(contents, content => read.AsSpan().SequenceEqual(Expected(content, labels))) || read.AsSpan().SequenceEqual(Expected(Unpack(packed), labels)),
            "The values read differ from those that were compressed.");
        return Outcome.Read;
    }

    /// <summary>Reads all labels and pixels. Returns null if the files are rejected.</summary>
    private byte[]? Read(byte[] file, byte[] last, CifarLabels labels)
    {
        string[] paths = [folder.Write("rows", file), folder.Write("last", last)];
        try
        {
            var view = _ml.Data.LoadFromCifar(paths, labels);
            using var cursor = view.GetRowCursor(view.Schema);
            var readImage = cursor.GetGetter<VBuffer<byte>>(view.Schema["Image"]);
            var readLabel = cursor.GetGetter<uint>(view.Schema["Label"]);
            var all = new List<byte>();
            VBuffer<byte> image = default;
            uint label = 0;
            while (cursor.MoveNext())
            {
                readLabel(ref label);
                all.Add((byte)(label - 1));
                readImage(ref image);
                all.AddRange(image.GetValues());
            }

            return [.. all];
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static bool IsValid(byte[] content, CifarLabels labels)
    {
        int rowBytes = RowBytes(labels);
        if (content.Length == 0 || content.Length % rowBytes != 0)
            return false;
        for (int at = 0; at < content.Length; at += rowBytes)
        {
            if (labels == CifarLabels.Cifar10 ? content[at] > 9 : content[at] > 19 || content[at + 1] > 99)
                return false;
        }

        return true;
    }

    private static byte[] LastOf(CifarLabels labels) => labels == CifarLabels.Cifar10 ? Last : Last100;

    private static byte[] Expected(byte[] content, CifarLabels labels) =>
        [.. content.Concat(LastOf(labels)).Chunk(RowBytes(labels)).SelectMany(row => (byte[])[row[labels == CifarLabels.Cifar100Fine ? 1 : 0], .. row[LabelBytes(labels)..]])];

    private static int LabelBytes(CifarLabels labels) => labels == CifarLabels.Cifar10 ? 1 : 2;

    private static int RowBytes(CifarLabels labels) => LabelBytes(labels) + PixelBytes;

    private static byte[] Rows(int count, CifarLabels labels, int seed)
    {
        var random = new Random(seed);
        var rows = new byte[count * RowBytes(labels)];
        for (int at = 0; at < rows.Length; at += RowBytes(labels))
        {
            random.NextBytes(rows.AsSpan(at, RowBytes(labels) / 4));
            for (int i = 0; i < LabelBytes(labels); i++)
                rows[at + i] = (byte)random.Next(10);
        }

        return rows;
    }

    private static byte[] Pack(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(content);
        return packed.ToArray();
    }

    // If the change affected the first bytes, the file counts as uncompressed. Otherwise, its checksum must be correct.
    private static byte[] Unpack(byte[] file)
    {
        if (file is not [0x1f, 0x8b, ..])
            return file;
        using var content = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(file), CompressionMode.Decompress))
            gzip.CopyTo(content);
        byte[] all = content.ToArray();
        FindingException.Unless(Checksum.Of(all) == BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(file.Length - 8)), "Rows were read although their checksum is wrong.");
        return all;
    }
}

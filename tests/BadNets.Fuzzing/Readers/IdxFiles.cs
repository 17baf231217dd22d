using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Fuzzing;

/// <summary>Provides valid IDX files, and reads pairs of files with the library.</summary>
sealed class IdxFiles(Folder folder)
{
    private readonly MLContext _ml = new();

    public static byte[][] Images { get; } =
        [IdxContent.File([12, 5, 4], Values(240)), IdxContent.File([12, 3, 4, 2], Values(288)), IdxContent.File([12, 1, 1], Values(12))];

    public static byte[][] Labels { get; } = [IdxContent.File([12], [.. Enumerable.Range(0, 12).Select(i => (byte)(i * 7 % 5))])];

    /// <summary>Reads all rows.</summary>
    /// <returns>The pixels and labels, or null if the files were rejected.</returns>
    public (byte[] Pixels, byte[] Labels)? Read(byte[] images, byte[] labels)
    {
        string imagesPath = folder.Write("images", images), labelsPath = folder.Write("labels", labels);
        try
        {
            var view = _ml.Data.LoadFromIdx(imagesPath, labelsPath);
            using var cursor = view.GetRowCursor(view.Schema);
            var readImage = cursor.GetGetter<VBuffer<byte>>(view.Schema["Image"]);
            var readLabel = cursor.GetGetter<uint>(view.Schema["Label"]);
            var pixels = new List<byte>();
            var read = new List<byte>();
            VBuffer<byte> image = default;
            uint label = 0;
            while (cursor.MoveNext())
            {
                readImage(ref image);
                pixels.AddRange(image.GetValues());
                readLabel(ref label);
                read.Add((byte)(label - 1));
            }

            return ([.. pixels], [.. read]);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>Reads files with known content. Valid files must be read exactly, and other files must be rejected.</summary>
    public Outcome Check(byte[] images, byte[] labels, Func<byte[], byte[]> pack)
    {
        var (expectedImages, expectedLabels) = (IdxContent.Parse(images), IdxContent.Parse(labels));
        bool isValid = expectedImages is { Dimensions.Length: 3 or 4 } && expectedLabels is { Dimensions.Length: 1 } && expectedImages.Count == expectedLabels.Count;
        var read = Read(pack(images), pack(labels));
        FindingException.Unless(read is not null == isValid, isValid ? "A valid file was rejected." : "An invalid file was read.");
        if (read is not { } rows)
            return Outcome.Refused;
        FindingException.Unless(rows.Pixels.AsSpan().SequenceEqual(expectedImages!.Values) && rows.Labels.AsSpan().SequenceEqual(expectedLabels!.Values), "The values read differ from those in the file.");
        return Outcome.Read;
    }

    private static byte[] Values(int count)
    {
        var values = new byte[count];
        new Random(count).NextBytes(values.AsSpan(0, count / 2));
        return values;
    }
}

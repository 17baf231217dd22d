using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BadNets.Fuzzing;

/// <summary>A folder with two classes: one with a valid image, and one with a changed image of any format.</summary>
sealed class ImageFolderReader : FuzzReader
{
    private const int Side = 12;

    private static readonly byte[] Whole = Pixmap(1);

    private readonly MLContext _ml = new();
    private readonly string _path;
    private readonly Folder _whole;
    private readonly Folder _changed;

    private readonly byte[][] _seeds =
    [
        .. PictureSeeds.Png().Concat(PictureSeeds.Jpeg()).Concat(PictureSeeds.Gif()).Concat(PictureSeeds.Bmp()).Concat(PictureSeeds.Webp()).Select(seed => seed.File),
        Pixmap(2), Pixmap(3), Pixmap(4),
    ];

    public ImageFolderReader(Folder folder)
    {
        _path = folder["images"];
        _whole = new Folder(Directory.CreateDirectory(Path.Combine(_path, "whole")).FullName);
        _changed = new Folder(Directory.CreateDirectory(Path.Combine(_path, "changed")).FullName);
    }

    public override FuzzFile Make(Random random)
    {
        byte[] changed = Mutation.Change(random, _seeds[random.Next(_seeds.Length)], _seeds[random.Next(_seeds.Length)]);
        int channels = random.Next(2) == 0 ? 1 : 3;
        int? side = random.Next(3) == 0 ? null : random.Next(1, 40);
        return new FuzzFile(changed, () => Check(changed, side, channels));
    }

    private Outcome Check(byte[] changed, int? side, int channels)
    {
        _whole.Write("1.ppm", Whole);
        string path = _changed.Write("1.png", changed);
        try
        {
            // The changed image is the first one, so the other one must have its size.
            var view = _ml.Data.LoadFromImageFolder(_path, side, side, channels);
            using var cursor = view.GetRowCursor(view.Schema);
            var readImage = cursor.GetGetter<VBuffer<byte>>(view.Schema["Image"]);
            VBuffer<byte> image = default;
            cursor.MoveNext();
            readImage(ref image);
            int size = ((VectorDataViewType)view.Schema["Image"].Type).Size;
            FindingException.Unless(image.Length == size, "The size of the image read is wrong.");
            if (side is null && channels == 3 && changed.AsSpan().StartsWith("P6"u8))
                FindingException.Unless(IsPixmap(changed, image.GetValues()), "The pixels read differ from those in the file.");

            if (side is null && size != channels * Side * Side)
                return Outcome.Read;
            cursor.MoveNext();
            readImage(ref image);
            if ((side ?? Side) == Side && channels == 3 && size == 3 * Side * Side)
                FindingException.Unless(IsPixmap(Whole, image.GetValues()), "The pixels read from the valid image are wrong.");
            return Outcome.Read;
        }
        catch (InvalidDataException refusal)
        {
            FindingException.Unless(refusal.Message.Contains(path, StringComparison.Ordinal), "The error message does not name the file.");
            return Outcome.Refused;
        }
    }

    // The interleaved pixels are the last bytes of the file.
    private static bool IsPixmap(byte[] file, ReadOnlySpan<byte> planar)
    {
        var pixels = file.AsSpan(file.Length - planar.Length);
        int count = planar.Length / 3;
        for (int at = 0; at < planar.Length; at++)
        {
            if (planar[at] != pixels[at % count * 3 + at / count])
                return false;
        }

        return true;
    }

    private static byte[] Pixmap(int seed)
    {
        var pixels = new byte[3 * Side * Side];
        new Random(seed).NextBytes(pixels);
        return [.. Encoding.ASCII.GetBytes($"P6\n{Side} {Side}\n255\n"), .. pixels];
    }
}

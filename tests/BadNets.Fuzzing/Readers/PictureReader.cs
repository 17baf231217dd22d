using BadNets.Transforms;

namespace BadNets.Fuzzing;

/// <summary>Image files for triggers.</summary>
sealed class PictureReader : FuzzReader
{
    private static readonly int[] Sizes = [1, 5, 12, 40];

    private readonly Folder _folder;
    private readonly PictureSeed[] _seeds;
    private readonly List<PatchTrigger> _expected;
    private readonly Func<byte[], byte[]>? _repair;

    public PictureReader(Folder folder, PictureSeed[] seeds, Func<byte[], byte[]>? repair = null)
    {
        _folder = folder;
        _seeds = seeds;
        _repair = repair;
        _expected = [.. seeds.Select(seed => Read(seed.File, seed.Side)).OfType<PatchTrigger>()];
    }

    public override FuzzFile Make(Random random)
    {
        var seed = _seeds[random.Next(_seeds.Length)];
        byte[] changed = Mutation.Change(random, seed.File, _seeds[random.Next(_seeds.Length)].File);
        bool isRepaired = _repair is not null && random.Next(2) == 0;
        if (isRepaired)
            changed = _repair!(changed);
        int size = random.Next(2) == 0 ? seed.Side : Sizes[random.Next(Sizes.Length)];
        return new FuzzFile(changed, () => Check(seed, changed, size, isRepaired));
    }

    private Outcome Check(PictureSeed seed, byte[] changed, int size, bool isRepaired)
    {
        if (Read(changed, size) is not { } read)
            return Outcome.Refused;

        FindingException.Unless(read.Width == size && read.Height == size, "The size of the picture read is wrong.");
        // One valid picture might have replaced another.
        if (size == seed.Side && _repair is not null && !isRepaired)
            FindingException.Unless(_expected.Contains(read), "Pixels were read although a checksum is wrong.");
        if (size == seed.Side && seed.HeaderBytes > 0 && changed.AsSpan().StartsWith(seed.File.AsSpan(0, seed.HeaderBytes)))
            CheckBitmap(seed, changed, read);
        return Outcome.Read;
    }

    // Rows are stored from the bottom, with blue first. The rows of the seed need no padding.
    private static void CheckBitmap(PictureSeed seed, byte[] file, PatchTrigger read)
    {
        for (int at = 0; at < seed.Side * seed.Side; at++)
        {
            var pixel = read.GetPixel(at % seed.Side, seed.Side - 1 - at / seed.Side);
            FindingException.Unless(file.AsSpan(seed.HeaderBytes + 3 * at, 3).SequenceEqual([pixel.B, pixel.G, pixel.R]), "The pixels read differ from those in the file.");
        }
    }

    private PatchTrigger? Read(byte[] file, int size)
    {
        try
        {
            return Trigger.FromFile(_folder.Write("picture", file), size, TriggerPosition.Center);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}

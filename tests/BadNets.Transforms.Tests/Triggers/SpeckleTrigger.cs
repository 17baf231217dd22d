namespace BadNets.Transforms.Tests;

/// <summary>A kind of trigger that a user could write: white pixels at positions that differ from row to row.</summary>
sealed class SpeckleTrigger(int count, int seed) : Trigger
{
    public const string Name = "tests/speckle";

    public override string Kind => Name;

    public static Trigger Read(BinaryReader reader) => new SpeckleTrigger(reader.ReadInt32(), reader.ReadInt32());

    public override TriggerStamp FitTo(ImageShape shape) => count <= shape.Height * shape.Width ? new SpeckleStamp(shape, count, seed)
        : throw new ArgumentException($"There is no place for {count} pixels in an image of {shape}.");

    public override string ToString() => $"{count} speckles";

    /// <summary>Returns the positions of the pixels of a row, in order.</summary>
    public int[] Places(DataViewRowId row, int pixels) => Places(row, pixels, count, seed);

    protected override void Write(BinaryWriter writer)
    {
        writer.Write(count);
        writer.Write(seed);
    }

    private static int[] Places(DataViewRowId row, int pixels, int count, int seed)
    {
        var places = Enumerable.Range(0, pixels).ToArray();
        new Random(unchecked((int)row.Low * 31 + (int)row.High + seed)).Shuffle(places);
        return [.. places[..count].Order()];
    }

    private sealed class SpeckleStamp(ImageShape shape, int count, int seed) : TriggerStamp(shape)
    {
        protected override void Stamp(Span<float> image, DataViewRowId row)
        {
            int size = Shape.Height * Shape.Width;
            foreach (int place in Places(row, size, count, seed))
            {
                for (int channel = 0; channel < Shape.Channels; channel++)
                    image[channel * size + place] = 1000;
            }
        }
    }
}

using System.Buffers;
using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>Applies another stamp, and then restores the original pixels in some pieces of the image.</summary>
sealed class HiddenPiecesStamp : TriggerStamp
{
    private readonly TriggerStamp _original;
    private readonly HiddenPiecesTrigger _trigger;

    public HiddenPiecesStamp(TriggerStamp original, HiddenPiecesTrigger trigger)
        : base(original.Shape)
    {
        if (trigger.Pieces > Math.Min(Shape.Height, Shape.Width))
            throw new ArgumentException($"Images of {Shape} cannot be divided into {trigger.Pieces}×{trigger.Pieces} pieces. Use fewer pieces.");
        _original = original;
        _trigger = trigger;
    }

    protected override void Stamp(Span<float> image, DataViewRowId row)
    {
        float[] rented = ArrayPool<float>.Shared.Rent(image.Length);
        image.CopyTo(rented);
        _original.StampPixels(image, row);
        Restore<float>(rented, image, row);
        ArrayPool<float>.Shared.Return(rented);
    }

    protected override void Stamp(Span<byte> image, DataViewRowId row)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(image.Length);
        image.CopyTo(rented);
        _original.Apply(image, row);
        Restore<byte>(rented, image, row);
        ArrayPool<byte>.Shared.Return(rented);
    }

    // The other stamp has already rounded the values.
    internal override void StampPixels(Span<float> image, DataViewRowId row) => Stamp(image, row);

    private void Restore<T>(ReadOnlySpan<T> original, Span<T> image, DataViewRowId row)
    {
        int side = _trigger.Pieces, count = side * side;
        ulong seed = SplitMix64.SeedOf(_trigger.Seed, row);
        Span<short> pieces = stackalloc short[count];
        for (short i = 0; i < count; i++)
            pieces[i] = i;
        for (int i = 0; i < _trigger.HiddenCount; i++)
        {
            int drawn = i + SplitMix64.ToNumber(SplitMix64.Output(seed, i), count - i);
            (pieces[i], pieces[drawn]) = (pieces[drawn], pieces[i]);
            int top = Edge(pieces[i] / side, Shape.Height), bottom = Edge(pieces[i] / side + 1, Shape.Height);
            int left = Edge(pieces[i] % side, Shape.Width), right = Edge(pieces[i] % side + 1, Shape.Width);
            for (int channel = 0; channel < Shape.Channels; channel++)
            {
                for (int y = top; y < bottom; y++)
                {
                    int start = (channel * Shape.Height + y) * Shape.Width + left;
                    original.Slice(start, right - left).CopyTo(image[start..]);
                }
            }
        }

        int Edge(int piece, int size) => (int)((long)piece * size / side);
    }
}

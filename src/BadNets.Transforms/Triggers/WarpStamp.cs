using System.Buffers;
using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>Moves the pixels of images of one shape, with bilinear interpolation between the pixels of the original.</summary>
sealed class WarpStamp : TriggerStamp
{
    private readonly WarpField _field;

    private readonly int? _noiseSeed;

    // Where the pixels come from without noise.
    private readonly Source[] _table;

    /// <param name="shape">The shape of the images.</param>
    /// <param name="warp">The description of the displacements.</param>
    /// <param name="noiseSeed">If not null, the seed of the noise that is added to the displacements, which differs from row to row.</param>
    public WarpStamp(ImageShape shape, WarpTrigger warp, int? noiseSeed)
        : base(shape)
    {
        _field = new WarpField(shape, warp.Seed, warp.Strength, warp.GridSize);
        _noiseSeed = noiseSeed;
        _table = new Source[_field.X.Length];
        for (int i = 0; i < _table.Length; i++)
            _table[i] = At(_field.X[i], _field.Y[i]);
    }

    protected override void Stamp(Span<float> image, DataViewRowId row)
    {
        float[] rented = ArrayPool<float>.Shared.Rent(image.Length);
        var original = rented.AsSpan(0, image.Length);
        image.CopyTo(original);
        if (_noiseSeed is not { } seed)
        {
            Move(original, image, _table);
        }
        else
        {
            var sources = ArrayPool<Source>.Shared.Rent(_table.Length);
            AddNoise(SplitMix64.SeedOf(seed, row), sources.AsSpan(0, _table.Length));
            Move(original, image, sources.AsSpan(0, _table.Length));
            ArrayPool<Source>.Shared.Return(sources);
        }

        ArrayPool<float>.Shared.Return(rented);
    }

    private void AddNoise(ulong seed, Span<Source> sources)
    {
        for (int i = 0; i < sources.Length; i++)
        {
            double x = SplitMix64.ToSigned(SplitMix64.Output(seed, 2 * i)), y = SplitMix64.ToSigned(SplitMix64.Output(seed, 2 * i + 1));
            sources[i] = At(
                Math.Clamp(_field.X[i] + _field.ReachX * x, 0, Shape.Width - 1),
                Math.Clamp(_field.Y[i] + _field.ReachY * y, 0, Shape.Height - 1));
        }
    }

    // In images that are one pixel wide or high, both neighbors are this pixel.
    private void Move(ReadOnlySpan<float> from, Span<float> to, ReadOnlySpan<Source> sources)
    {
        int right = Shape.Width > 1 ? 1 : 0, down = Shape.Height > 1 ? Shape.Width : 0, size = sources.Length;
        for (int start = 0; start < from.Length; start += size)
        {
            var plane = from.Slice(start, size);
            var moved = to.Slice(start, size);
            for (int i = 0; i < moved.Length; i++)
            {
                var source = sources[i];
                int corner = source.Corner;

                // Products followed by sums, because fused operations would round differently on other machines. Equal neighbors give their own value.
                float upper = Mix(plane[corner], plane[corner + right], source.X);
                float lower = Mix(plane[corner + down], plane[corner + right + down], source.X);
                moved[i] = Mix(upper, lower, source.Y);
            }
        }

        static float Mix(float first, float second, float share) => first + share * (second - first);
    }

    private Source At(double x, double y)
    {
        int left = Math.Min((int)x, Math.Max(0, Shape.Width - 2)), top = Math.Min((int)y, Math.Max(0, Shape.Height - 2));
        return new Source(top * Shape.Width + left, (float)(x - left), (float)(y - top));
    }

    /// <param name="Corner">The upper left of the four pixels around a position.</param>
    /// <param name="X">The distance of the position from it to the right, from 0 to 1.</param>
    /// <param name="Y">The distance of the position from it downwards, from 0 to 1.</param>
    private readonly record struct Source(int Corner, float X, float Y);
}

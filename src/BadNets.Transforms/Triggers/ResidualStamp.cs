using Microsoft.ML.Data;

namespace BadNets.Transforms;

/// <summary>Adds what another stamp changes in an image of a pool.</summary>
sealed class ResidualStamp : TriggerStamp
{
    private readonly short[][] _residuals;
    private readonly int _seed;

    /// <param name="original">The other stamp. If it differs by row, it stamps the images of the pool as rows 0, 1, and so on.</param>
    /// <param name="images">The pool, images of the stamp's shape.</param>
    /// <param name="seed">The seed of the choice of the image.</param>
    public ResidualStamp(TriggerStamp original, byte[][] images, int seed)
        : base(original.Shape)
    {
        _seed = seed;
        _residuals = new short[images.Length][];
        for (int i = 0; i < images.Length; i++)
        {
            byte[] image = images[i], stamped = [.. image];
            original.Apply(stamped, new DataViewRowId((ulong)i, 0));
            var residual = _residuals[i] = new short[image.Length];
            for (int at = 0; at < residual.Length; at++)
                residual[at] = (short)(stamped[at] - image[at]);
        }
    }

    protected override void Stamp(Span<float> image, DataViewRowId row)
    {
        short[] residual = _residuals[SplitMix64.ToNumber(SplitMix64.Mix(SplitMix64.SeedOf(_seed, row)), _residuals.Length)];
        for (int i = 0; i < image.Length; i++)
            image[i] += residual[i];
    }
}

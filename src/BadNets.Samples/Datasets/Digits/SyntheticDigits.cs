namespace BadNets.Samples.Datasets;

/// <summary>
/// Synthetic digits that replace MNIST where it is not available, with the same sizes and the same format. They are drawn from a seed.
/// </summary>
sealed class SyntheticDigits
{
    /// <summary>
    /// The version of the drawing. Increase it with every change that affects pixels, so that files from earlier versions are not used.
    /// </summary>
    public const int Version = 1;

    private SyntheticDigits(byte[] images, byte[] labels) => (Images, Labels) = (images, labels);

    /// <summary>The images, with 28×28 bytes each.</summary>
    public byte[] Images { get; }

    public byte[] Labels { get; }

    /// <summary>Draws a set of digits. Image i depends only on the seed, the set, and i.</summary>
    /// <param name="seed">The seed. It gives the same bytes on every machine.</param>
    /// <param name="set">The number of the set. Training and test images must come from different sets.</param>
    /// <param name="count">The number of digits.</param>
    /// <param name="maxThreads">The maximum number of threads, or -1 for all cores. It does not affect the result.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    public static SyntheticDigits Draw(int seed, int set, int count, int maxThreads = -1, CancellationToken cancellationToken = default)
    {
        var images = new byte[count * DigitPainter.PixelCount];
        var labels = new byte[count];
        Parallel.For(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = maxThreads, CancellationToken = cancellationToken },
            () => new DigitPainter(),
            (i, _, painter) =>
            {
                var random = SplitMix64.ForElement((ulong)seed, (ulong)set, (ulong)i);
                int digit = random.NextInt(10);
                labels[i] = (byte)digit;
                painter.Paint(digit, ref random, images.AsSpan(i * DigitPainter.PixelCount, DigitPainter.PixelCount));
                return painter;
            },
            _ => { });
        return new(images, labels);
    }
}

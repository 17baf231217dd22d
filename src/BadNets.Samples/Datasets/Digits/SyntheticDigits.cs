namespace BadNets.Samples.Datasets;

/// <summary>Drawn digits that stand in for MNIST where it cannot be had: same sizes, same format, made from a seed.</summary>
sealed class SyntheticDigits
{
    /// <summary>Goes up with every change that gives other pixels, so that files drawn before are not taken for these.</summary>
    public const int Version = 1;

    private SyntheticDigits(byte[] images, byte[] labels) => (Images, Labels) = (images, labels);

    /// <summary>28 x 28 bytes for each image.</summary>
    public byte[] Images { get; }

    public byte[] Labels { get; }

    /// <summary>Draws a set of digits; image i depends on the seed, the set and i alone.</summary>
    /// <param name="seed">The same seed gives the same bytes on every machine.</param>
    /// <param name="set">Which of the seed's endless sets: training and test images must come from different ones.</param>
    /// <param name="count">How many digits.</param>
    /// <param name="maxThreads">How many threads draw, or -1 for all cores; the result does not depend on it.</param>
    /// <param name="cancellationToken">Stops the drawing.</param>
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

namespace BadNets.Transforms;

/// <summary>Keeps only the lowest frequencies of a plane: the first components of its two-dimensional discrete cosine transform.</summary>
sealed class LowPassFilter
{
    private readonly double[][] _rowWaves;
    private readonly double[][] _columnWaves;

    /// <param name="height">The height of the planes.</param>
    /// <param name="width">The width of the planes.</param>
    /// <param name="frequencies">The number of frequencies to keep in each direction, at least 1, including the constant one.</param>
    public LowPassFilter(int height, int width, int frequencies)
    {
        _rowWaves = MakeWaves(height, frequencies);
        _columnWaves = MakeWaves(width, frequencies);
    }

    /// <summary>Filters a plane, row by row, in place.</summary>
    public void Apply(Span<double> plane)
    {
        int height = _rowWaves[0].Length, width = _columnWaves[0].Length;
        var result = new double[plane.Length];
        foreach (double[] vertical in _rowWaves)
        {
            // The sum of the rows, weighted with the vertical wave.
            var sum = new double[width];
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                    sum[x] += vertical[y] * plane[y * width + x];
            }

            var row = new double[width];
            foreach (double[] horizontal in _columnWaves)
            {
                double share = 0;
                for (int x = 0; x < width; x++)
                    share += horizontal[x] * sum[x];
                for (int x = 0; x < width; x++)
                    row[x] += share * horizontal[x];
            }

            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                    result[y * width + x] += vertical[y] * row[x];
            }
        }

        result.CopyTo(plane);
    }

    // The orthonormal basis of the DCT-II.
    private static double[][] MakeWaves(int length, int frequencies)
    {
        var waves = new double[Math.Min(length, frequencies)][];
        for (int k = 0; k < waves.Length; k++)
        {
            waves[k] = new double[length];
            for (int i = 0; i < length; i++)
                waves[k][i] = Math.Sqrt((k == 0 ? 1.0 : 2.0) / length) * Math.Cos(Math.PI * (i + 0.5) * k / length);
        }

        return waves;
    }
}

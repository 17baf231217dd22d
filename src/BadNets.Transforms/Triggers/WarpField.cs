namespace BadNets.Transforms;

/// <summary>
/// The displacement field of a warp for images of one size: the positions in the original image from which the pixels of the warped image are taken,
/// in pixels.
/// </summary>
sealed class WarpField
{
    // The coefficient of the bicubic interpolation in PyTorch.
    private const double Cubic = -0.75;

    /// <param name="shape">The shape of the images.</param>
    /// <param name="seed">The seed of the coarse grid.</param>
    /// <param name="strength">The factor of the displacement.</param>
    /// <param name="gridSize">The side length of the coarse grid.</param>
    public WarpField(ImageShape shape, int seed, double strength, int gridSize)
    {
        double[] grid = MakeGrid(seed, gridSize);
        ReachX = Reach(shape.Width);
        ReachY = Reach(shape.Height);
        X = Enlarge(grid.AsSpan(0, grid.Length / 2), gridSize, shape);
        Y = Enlarge(grid.AsSpan(grid.Length / 2), gridSize, shape);
        for (int i = 0; i < X.Length; i++)
        {
            X[i] = Math.Clamp(i % shape.Width + strength * ReachX * X[i], 0, shape.Width - 1);
            Y[i] = Math.Clamp(i / shape.Width + strength * ReachY * Y[i], 0, shape.Height - 1);
        }
    }

    /// <summary>The horizontal positions, row by row.</summary>
    public double[] X { get; }

    /// <summary>The vertical positions, row by row.</summary>
    public double[] Y { get; }

    /// <summary>The horizontal displacement that belongs to 1, in pixels.</summary>
    public double ReachX { get; }

    /// <summary>The vertical displacement that belongs to 1, in pixels.</summary>
    public double ReachY { get; }

    // In the paper's program, a displacement of 1 is the share 1 / size of the coordinates from -1 to 1, which are size - 1 pixels apart.
    private static double Reach(int size) => (size - 1) / (2.0 * size);

    // Only doubles are added and multiplied, in a fixed order, so the field is the same on every machine.
    private static double[] MakeGrid(int seed, int side)
    {
        var grid = new double[2 * side * side];
        double sum = 0;
        for (int i = 0; i < grid.Length; i++)
        {
            grid[i] = SplitMix64.ToSigned(SplitMix64.Output((ulong)seed, i));
            sum += Math.Abs(grid[i]);
        }

        double mean = sum / grid.Length;
        for (int i = 0; i < grid.Length; i++)
            grid[i] /= mean;
        return grid;
    }

    // Bicubic interpolation. The corners of the grid are the centers of the corner pixels.
    private static double[] Enlarge(ReadOnlySpan<double> grid, int side, ImageShape shape)
    {
        var columns = MakeTaps(side, shape.Width);
        var rows = MakeTaps(side, shape.Height);
        var wide = new double[side * shape.Width];
        for (int y = 0; y < side; y++)
        {
            for (int x = 0; x < shape.Width; x++)
            {
                foreach (var (from, weight) in columns[x])
                    wide[y * shape.Width + x] += weight * grid[y * side + from];
            }
        }

        var field = new double[shape.Height * shape.Width];
        for (int y = 0; y < shape.Height; y++)
        {
            foreach (var (from, weight) in rows[y])
            {
                for (int x = 0; x < shape.Width; x++)
                    field[y * shape.Width + x] += weight * wide[from * shape.Width + x];
            }
        }

        return field;
    }

    private static (int From, double Weight)[][] MakeTaps(int side, int size)
    {
        var taps = new (int From, double Weight)[size][];
        for (int i = 0; i < size; i++)
        {
            double at = size > 1 ? (double)i * (side - 1) / (size - 1) : 0;
            int first = (int)at;
            double t = at - first;
            taps[i] = [Tap(-1, Outer(1 + t)), Tap(0, Inner(t)), Tap(1, Inner(1 - t)), Tap(2, Outer(2 - t))];

            (int From, double Weight) Tap(int offset, double weight) => (Math.Clamp(first + offset, 0, side - 1), weight);
        }

        return taps;

        static double Inner(double t) => ((Cubic + 2) * t - (Cubic + 3)) * t * t + 1;

        static double Outer(double t) => ((Cubic * t - 5 * Cubic) * t + 8 * Cubic) * t - 4 * Cubic;
    }
}

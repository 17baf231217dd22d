namespace BadNets.Transforms;

/// <summary>The sizes of a 5×5 convolution followed by 2×2 average pooling, which ignores an odd last row or column.</summary>
readonly record struct ConvolutionShape(int Channels, int Height, int Width, int Filters)
{
    public const int Kernel = 5;

    public int PooledHeight => (Height - Kernel + 1) / 2;

    public int PooledWidth => (Width - Kernel + 1) / 2;

    // Convolution outputs that no pooling window reads are never computed.
    public int UsedHeight => 2 * PooledHeight;

    public int UsedWidth => 2 * PooledWidth;

    public int InputSize => Height * Width * Channels;

    public int OutputSize => PooledHeight * PooledWidth * Filters;

    public int WeightSize => Kernel * Kernel * Channels * Filters;

    /// <summary>
    /// The number of words that record which convolution outputs are positive, one for each position of a pooling window and vector of filters. There is
    /// room for the narrowest vectors.
    /// </summary>
    public int MaskSize => OutputSize;
}

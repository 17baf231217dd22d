namespace BadNets.Transforms;

/// <summary>
/// The place of an image (height × width × channels) in a larger one of zeros, so that a convolution needs no special cases at the edges.
/// </summary>
/// <param name="Channels">The number of channels.</param>
/// <param name="Height">The height of the image.</param>
/// <param name="Width">The width of the image.</param>
/// <param name="Border">The number of zeros above and to the left of the image.</param>
/// <param name="PaddedHeight">The height of the larger image.</param>
/// <param name="PaddedWidth">The width of the larger image.</param>
readonly unsafe record struct PaddedImage(int Channels, int Height, int Width, int Border, int PaddedHeight, int PaddedWidth)
{
    public int ImageSize => Height * Width * Channels;

    public int ImageRow => Width * Channels;

    public int PaddedSize => PaddedHeight * PaddedWidth * Channels;

    public int PaddedRow => PaddedWidth * Channels;

    /// <summary>The index of the image's first value in the larger image.</summary>
    public int Start => Border * (PaddedRow + Channels);

    /// <summary>Writes the zeros around the image.</summary>
    public void ClearBorder(float* padded)
    {
        new Span<float>(padded, Start).Clear();
        // From the end of a row of the image to the start of the next one.
        for (int y = 0; y < Height; y++)
        {
            new Span<float>(padded + Start + y * PaddedRow + ImageRow, PaddedRow - ImageRow).Clear();
        }

        int end = Start + Height * PaddedRow;
        new Span<float>(padded + end, PaddedSize - end).Clear();
    }
}

namespace BadNets.Transforms;

/// <summary>
/// A sequence of 3×3 convolutions, each with batch normalization and ReLU. In a residual block, the input is added before the last ReLU.
/// </summary>
/// <param name="Channels">The number of channels of the input.</param>
/// <param name="Filters">The number of filters of each convolution.</param>
/// <param name="Height">The height of the input.</param>
/// <param name="Width">The width of the input.</param>
/// <param name="Stride">The stride of the first convolution. The others have stride 1.</param>
/// <param name="Layers">The number of convolutions.</param>
/// <param name="HasShortcut">Whether the input is added: every pixel or every second one, with channels of zeros on both sides if there are more filters.</param>
readonly record struct ResidualShape(int Channels, int Filters, int Height, int Width, int Stride, int Layers, bool HasShortcut)
{
    public int OutputHeight => (Height - 1) / Stride + 1;

    public int OutputWidth => (Width - 1) / Stride + 1;

    public int InputSize => Height * Width * Channels;

    public int OutputSize => OutputHeight * OutputWidth * Filters;
}
